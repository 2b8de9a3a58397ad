/*
 * Who owns the function's files. On disk they are the server's; in /opt and /var/task they must look like the function's own,
 * or one with mode 0600 could not be read. An ordinary user's ids become the function's anyway. As root an idmapped mount
 * does it: the mount shows the server's user as the sandbox's host id, by the map of a user namespace that nobody lives in.
 */
#include "jail.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/mount.h>
#include <linux/sched.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* From <sys/mount.h>, which cannot be included beside <linux/mount.h> with every C library. */
int mount(const char *source, const char *target, const char *type, unsigned long flags, const void *data);

static int namespaces[MAX_SANDBOXES]; /* by host id; 0 = not made yet. Kept for good: a slot's next sandbox needs the same. */

static int write_map(pid_t pid, const char *name, unsigned on_disk, uint32_t shown, struct failure *failure)
{
    char path[64], line[64];
    snprintf(path, sizeof path, "/proc/%d/%s", pid, name);
    snprintf(line, sizeof line, "%u %u 1\n", on_disk, shown);
    return write_file(path, line) < 0 ? fail(failure, "write", path) : 0;
}

static int map_and_open(pid_t pid, uint32_t host_id, struct failure *failure)
{
    uint32_t uid = jail.nested ? host_id : SANDBOX_UID, gid = jail.nested ? host_id : SANDBOX_GID;
    if (write_map(pid, "uid_map", geteuid(), uid, failure) < 0 || write_map(pid, "gid_map", getegid(), gid, failure) < 0)
        return -1;
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/ns/user", pid);
    int namespace = open(path, O_RDONLY | O_CLOEXEC);
    return namespace < 0 ? fail(failure, "open", path) : namespace;
}

int idmap_for(uint32_t host_id, struct failure *failure)
{
    if (jail.rootless || jail.owned == OWNED_NONE)
        return NO_IDMAP;
    int *namespace = &namespaces[host_id - jail.first_uid];
    if (*namespace > 0)
        return *namespace;
    struct clone_args args = {.flags = CLONE_NEWUSER}; /* no exit signal: this child is nobody's sandbox */
    pid_t pid = (pid_t)syscall(SYS_clone3, &args, sizeof args);
    if (pid == 0)
        _exit(0); /* the namespace lives on in its zombie; a child that waited could outlive a killed jail */
    if (pid < 0)
        return fail(failure, "clone3", "user namespace of files");
    int made = map_and_open(pid, host_id, failure);
    (void)waitpid(pid, NULL, __WALL);
    if (made > 0)
        *namespace = made;
    return made;
}

/*
 * What the run folder's file system can, which is the data folder's: idmapped mounts at all, and such mounts below overlayfs
 * (Linux 5.19). Runs in a child, whose mounts end with it.
 */
static enum owned probe(const char *folder, int idmap)
{
    struct failure ignored;
    bool plain;
    int tree = unshare(CLONE_NEWNS) < 0 ? -1 : tree_open_owned(folder, idmap, &plain, &ignored);
    if (tree < 0 || plain)
        return OWNED_NONE;
    const unsigned long nosuid_nodev = 2 | 4, read_only = 1;
    if (mount("lamina", folder, "tmpfs", nosuid_nodev, "mode=0700,size=64k") < 0 || chdir(folder) < 0 || mkdir("disk", 0700) < 0
        || mkdir("other", 0700) < 0 || mkdir("merged", 0700) < 0 || tree_attach(tree, "disk", &ignored) < 0)
        return OWNED_NONE;
    return mount("overlay", "merged", "overlay", read_only, "lowerdir=disk:other") < 0 ? OWNED_FOLDERS : OWNED_ALL;
}

void idmaps_open(const char *folder)
{
    struct failure ignored;
    jail.owned = OWNED_ALL;
    int idmap = idmap_for(jail.first_uid, &ignored), status = 0;
    if (idmap == NO_IDMAP)
        return;
    pid_t child = idmap < 0 ? -1 : fork();
    if (child == 0)
        _exit(probe(folder, idmap));
    bool answered = child > 0 && waitpid(child, &status, 0) == child && WIFEXITED(status);
    jail.owned = answered ? (enum owned)WEXITSTATUS(status) : OWNED_NONE;
}
