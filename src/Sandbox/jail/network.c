/*
 * Network namespaces ahead of need: making one is a quarter of a sandbox's creation. Each is given to one sandbox only. They are
 * made in quiet moments, so as not to compete with sandboxes being made; when none is left, the clone makes one.
 */
#include "jail.h"

#include <fcntl.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sched.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

enum { SPARES = 4 }; /* some 300 kB of kernel memory each */

static int spares[SPARES], own = -1;
static unsigned count;
static bool wanted; /* a sandbox has asked for one since the last failure to make one */

int network_raise_loopback(struct failure *failure)
{
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    struct ifreq request = {.ifr_name = "lo"};
    request.ifr_flags = IFF_UP | IFF_RUNNING;
    int result = fd < 0 || ioctl(fd, SIOCSIFFLAGS, &request) < 0 ? fail(failure, "raise loopback", "lo") : 0;
    if (fd >= 0)
        close(fd);
    return result;
}

/* Only who may come back can leave: an ordinary user's jail does not own the host's network namespace. */
void networks_open(void)
{
    own = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
    if (own >= 0 && setns(own, CLONE_NEWNET) < 0) {
        close(own);
        own = -1;
    }
}

int network_take(void)
{
    wanted = own >= 0;
    return count > 0 ? spares[--count] : -1;
}

bool network_is_wanted(void) { return wanted && count < SPARES; }

void network_make(void)
{
    struct failure ignored;
    if (unshare(CLONE_NEWNET) < 0) {
        wanted = false;
        return;
    }
    int made = network_raise_loopback(&ignored) < 0 ? -1 : open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
    if (setns(own, CLONE_NEWNET) < 0) { /* in the wrong network the jail is of no use: let the server start another */
        perror("lamina-jail: setns to its own network namespace");
        _exit(70);
    }
    if (made >= 0)
        spares[count++] = made;
    else
        wanted = false;
}
