/*
 * The child: executes the plan in the cloned namespaces, then gives everything away and becomes the sandbox's init.
 *
 * Order matters: what needs privilege over the namespaces (1 network, 2 mounts, 3 limits) comes before 4, the nested user
 * namespace that owns none of them, so that even a process that gained every capability in there could undo nothing.
 */
#include "jail.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/capability.h>
#include <linux/securebits.h>
#include <netinet/in.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* ---- 1. network ------------------------------------------------------------------------------------------------------- */
static int enter_network(int network, struct failure *failure)
{
    if (network < 0)
        return network_raise_loopback(failure);
    return setns(network, CLONE_NEWNET) < 0 ? fail(failure, "setns", "network namespace") : 0;
}

static int listen_at(const struct address *address, struct failure *failure)
{
    struct sockaddr_in v4 = {.sin_family = AF_INET, .sin_port = htons(address->port)};
    struct sockaddr_in6 v6 = {.sin6_family = AF_INET6, .sin6_port = htons(address->port)};
    memcpy(&v4.sin_addr, address->bytes, sizeof v4.sin_addr);
    memcpy(&v6.sin6_addr, address->bytes, sizeof v6.sin6_addr);
    bool four = address->family == AF_INET;
    const struct sockaddr *at = four ? (const struct sockaddr *)&v4 : (const struct sockaddr *)&v6;
    socklen_t length = four ? sizeof v4 : sizeof v6;
    char text[INET6_ADDRSTRLEN] = "", name[INET6_ADDRSTRLEN + 8];
    inet_ntop(address->family, address->bytes, text, sizeof text);
    snprintf(name, sizeof name, "%s:%u", text, address->port);
    int one = 1;
    int fd = socket(address->family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one) < 0 || bind(fd, at, length) < 0
        || listen(fd, 128) < 0) {
        fail(failure, "listen", name);
        if (fd >= 0)
            close(fd);
        return -1;
    }
    return fd;
}

/* ---- 2. mounts -------------------------------------------------------------------------------------------------------- */
/* For kernels that want names: each layer gets a short one without ',' ':' or '\' first. The topmost comes first in lowerdir. */
static int mount_named_layers(const struct plan *plan, const struct trees *trees, const char *scaffold, struct failure *failure)
{
    char at[32], options[MAX_LAYERS * 16 + 64] = "lowerdir=";
    for (uint32_t i = plan->layer_count; i-- > 0;) {
        snprintf(at, sizeof at, "%s/%u", scaffold, i);
        if (mkdir(at, 0755) < 0 && errno != EEXIST)
            return fail(failure, "mkdir", at);
        if (tree_attach(trees->layers[i], at, failure) < 0) {
            snprintf(failure->path, sizeof failure->path, "%s", plan->layers[i]);
            return -1;
        }
        strcat(strcat(options, at), i > 0 ? ":" : "");
    }
    if (jail.rootless)
        strcat(options, ",userxattr");
    if (mount("overlay", "/opt", "overlay", MS_RDONLY | MS_NOSUID | MS_NODEV, options) < 0)
        return fail(failure, "mount overlay", "/opt");
    return 0;
}

/* The scaffold is a folder of this sandbox's own, which is unmounted afterwards; NULL: one is to be made, and to go again. */
static int mount_opt(const struct plan *plan, const struct trees *trees, const char *scaffold, struct failure *failure)
{
    if (plan->layer_count == 0)
        return 0;
    if (plan->layer_count == 1)
        return tree_attach(trees->layers[0], "/opt", failure);
    int merged = tree_merge(trees->layers, plan->layer_count);
    if (merged >= 0) {
        int result = tree_attach(merged, "/opt", failure);
        close(merged);
        return result;
    }
    if (scaffold != NULL)
        return mount_named_layers(plan, trees, scaffold, failure);
    if (mount("lamina", "/var/task", "tmpfs", MS_NOSUID | MS_NODEV, "mode=0755,size=64k,nr_inodes=128") < 0)
        return fail(failure, "mount tmpfs", "/var/task");
    if (mount_named_layers(plan, trees, "/var/task", failure) < 0)
        return -1;
    return umount2("/var/task", MNT_DETACH) < 0 ? fail(failure, "umount", "/var/task") : 0;
}

/* One inode per 4 KiB, as a disk of that size would have it: a million empty files must not become kernel memory. */
static uint64_t inodes_of(uint64_t bytes) { return bytes / 4096 < 1024 ? 1024 : bytes / 4096; }

static int mount_memory(const char *at, uint64_t bytes, uint32_t host_id, const char *mode, unsigned long flags, struct failure *failure)
{
    char options[160];
    unsigned id = jail.rootless ? 0 : host_id;
    snprintf(options, sizeof options, "mode=%s,size=%llu,nr_inodes=%llu,uid=%u,gid=%u", mode, (unsigned long long)bytes,
        (unsigned long long)inodes_of(bytes), id, id);
    return mount("tmpfs", at, "tmpfs", MS_NOSUID | MS_NODEV | flags, options) < 0 ? fail(failure, "mount tmpfs", at) : 0;
}

static int mount_all(const struct plan *plan, const struct trees *trees, uint32_t host_id, struct failure *failure)
{
    if (mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL) < 0)
        return fail(failure, "mount proc", "/proc");
    if (mount_opt(plan, trees, "/tmp", failure) < 0)
        return -1;
    if (umount2("/tmp", MNT_DETACH) < 0) /* the scaffold, with the host's /proc and the layers in it: each umount waits for RCU */
        return fail(failure, "umount", "/tmp");
    if (trees->task >= 0 && tree_attach(trees->task, "/var/task", failure) < 0)
        return -1;
    if (trees->runtime >= 0 && tree_attach(trees->runtime, "/var/runtime", failure) < 0)
        return -1;
    if (trees->cache >= 0 && tree_attach(trees->cache, CACHE_FOLDER, failure) < 0)
        return -1;
    if (trees->resolver >= 0 && tree_attach(trees->resolver, "/etc/resolv.conf", failure) < 0)
        return -1;
    const uint64_t shared = 64u << 20;
    if (mount_memory("/tmp", plan->tmp_bytes, host_id, "0700", 0, failure) < 0
        || mount_memory("/dev/shm", plan->memory_bytes < shared ? plan->memory_bytes : shared, host_id, "0700", MS_NOEXEC, failure) < 0)
        return -1;
    /* An ordinary user's sandbox runs as the user that owns its network namespace, whose sysctls obey that user. */
    if (jail.rootless
        && (mount("/proc/sys", "/proc/sys", NULL, MS_BIND, NULL) < 0
            || mount(NULL, "/proc/sys", NULL, MS_REMOUNT | MS_BIND | MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL) < 0))
        return fail(failure, "bind read-only", "/proc/sys");
    return 0;
}

int show_content(const struct plan *content, const struct trees *trees, struct failure *failure)
{
    char sizes[96];
    if ((content->parts & PART_LAYERS) && mount_opt(content, trees, NULL, failure) < 0)
        return -1;
    if (trees->task >= 0 && tree_attach(trees->task, "/var/task", failure) < 0)
        return -1;
    if (trees->cache >= 0 && tree_attach(trees->cache, CACHE_FOLDER, failure) < 0)
        return -1;
    snprintf(sizes, sizeof sizes, "size=%llu,nr_inodes=%llu", (unsigned long long)content->tmp_bytes,
        (unsigned long long)inodes_of(content->tmp_bytes));
    if (mount(NULL, "/tmp", NULL, MS_REMOUNT | MS_NOSUID | MS_NODEV, sizes) < 0)
        return fail(failure, "resize", "/tmp");
    return 0;
}

/* ---- 3. limits -------------------------------------------------------------------------------------------------------- */
static int set_limit(__rlimit_resource_t resource, const char *name, rlim_t soft, rlim_t hard, struct failure *failure)
{
    struct rlimit now;
    if (getrlimit(resource, &now) < 0)
        return fail(failure, "getrlimit", name);
    if (jail.rootless && hard > now.rlim_max)
        hard = now.rlim_max;
    struct rlimit limit = {.rlim_cur = soft < hard ? soft : hard, .rlim_max = hard};
    return setrlimit(resource, &limit) < 0 ? fail(failure, "setrlimit", name) : 0;
}

static int set_limits(const struct plan *plan, struct failure *failure)
{
    const rlim_t stack = 8u << 20, locked = 64u << 10;
    if (set_limit(RLIMIT_NOFILE, "RLIMIT_NOFILE", plan->open_files, plan->open_files, failure) < 0
        || set_limit(RLIMIT_CORE, "RLIMIT_CORE", 0, 0, failure) < 0
        || set_limit(RLIMIT_MEMLOCK, "RLIMIT_MEMLOCK", locked, locked, failure) < 0
        || set_limit(RLIMIT_STACK, "RLIMIT_STACK", stack, RLIM_INFINITY, failure) < 0)
        return -1;
    /* No memory cgroup: the supervisor counts resident memory; this only stops one process from outrunning it. Runtimes
       map more than they touch (thread stacks, heaps), hence the gibibyte on top. */
    const rlim_t slack = (rlim_t)1 << 30;
    if (!(cgroup_controllers() & 1u << CG_MEMORY)
        && set_limit(RLIMIT_DATA, "RLIMIT_DATA", plan->memory_bytes + slack, plan->memory_bytes + slack, failure) < 0)
        return -1;
    (void)write_file("/proc/self/oom_score_adj", "500"); /* when the host runs out, functions go before what serves them */
    return 0;
}

/*
 * Only once inside the own user namespace: a limit that stood at its making would also be held against the parent's count,
 * which is that of all sandboxes together. One more than asked: init is there too.
 */
static int limit_processes(const struct plan *plan, struct failure *failure)
{
    struct rlimit now;
    rlim_t most = plan->processes + 1;
    if (getrlimit(RLIMIT_NPROC, &now) == 0 && most > now.rlim_max)
        most = now.rlim_max;
    return set_limit(RLIMIT_NPROC, "RLIMIT_NPROC", most, most, failure);
}

/* ---- 4. credentials --------------------------------------------------------------------------------------------------- */
static int map_id(const char *file, unsigned inside, uint32_t outside, struct failure *failure)
{
    char line[64];
    snprintf(line, sizeof line, "%u %u 1\n", inside, outside);
    return write_file(file, line) < 0 ? fail(failure, "write id map", file) : 0;
}

/* As root we first become the sandbox's own host id, and as that id map it: no process outside has to write the map for us. */
static int enter_namespace(uint32_t host_id, struct failure *failure)
{
    uint32_t outside = jail.rootless ? 0 : host_id;
    if (!jail.rootless) {
        if (syscall(SYS_setgroups, 0, NULL) < 0 || prctl(PR_SET_SECUREBITS, SECBIT_NO_SETUID_FIXUP) < 0
            || setresgid(host_id, host_id, host_id) < 0 || setresuid(host_id, host_id, host_id) < 0)
            return fail(failure, "set host id", "sandbox user");
    }
    if (unshare(CLONE_NEWUSER) < 0)
        return fail(failure, "unshare", "user namespace");
    prctl(PR_SET_DUMPABLE, 1); /* /proc/self belongs to us again */
    if (write_file("/proc/self/setgroups", "deny") < 0)
        return fail(failure, "write", "/proc/self/setgroups");
    if (map_id("/proc/self/uid_map", SANDBOX_UID, outside, failure) < 0
        || map_id("/proc/self/gid_map", SANDBOX_GID, outside, failure) < 0)
        return -1;
    return 0;
}

static int become_plain_user(struct failure *failure)
{
    if (syscall(SYS_setgroups, 0, NULL) < 0 || prctl(PR_SET_SECUREBITS, SECBIT_NO_SETUID_FIXUP) < 0
        || setresgid(SANDBOX_GID, SANDBOX_GID, SANDBOX_GID) < 0 || setresuid(SANDBOX_UID, SANDBOX_UID, SANDBOX_UID) < 0)
        return fail(failure, "set id", "sandbox user");
    return 0;
}

static int drop_capabilities(struct failure *failure)
{
    unsigned long capability = 0;
    while (prctl(PR_CAPBSET_DROP, capability) == 0)
        capability++;
    if (errno != EINVAL || capability <= CAP_SETFCAP) /* EINVAL: past the kernel's last one */
        return fail(failure, "drop capability", "bounding set");
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct none[2];
    memset(none, 0, sizeof none);
    if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) < 0 || syscall(SYS_capset, &header, none) < 0)
        return fail(failure, "drop capabilities", "all sets");
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
        return fail(failure, "prctl", "no_new_privs");
    return 0;
}

int probe_nested_namespace(uint32_t host_id)
{
    struct failure ignored;
    return enter_namespace(host_id, &ignored);
}

/* ---- the story -------------------------------------------------------------------------------------------------------- */
static int execute(const struct plan *plan, const struct trees *trees, uint32_t host_id, int *fds, struct failure *failure)
{
    sigset_t all;
    sigfillset(&all);
    sigprocmask(SIG_SETMASK, &all, NULL); /* init reads its signals from a descriptor */
    if (setsid() < 0)
        return fail(failure, "setsid", "");
    if (sethostname(plan->host_name, strlen(plan->host_name)) < 0)
        return fail(failure, "sethostname", plan->host_name);
    if (!plan->host_network && enter_network(trees->network, failure) < 0)
        return -1;
    for (uint32_t i = 0; i < plan->listen_count; i++)
        if ((fds[i + 1] = listen_at(&plan->listen[i], failure)) < 0)
            return -1;
    if (mount_all(plan, trees, host_id, failure) < 0 || set_limits(plan, failure) < 0)
        return -1;
    if (chdir("/") < 0 || (fds[0] = open("/tmp", O_PATH | O_DIRECTORY | O_CLOEXEC)) < 0)
        return fail(failure, "open", "/tmp");
    if ((jail.nested ? enter_namespace(host_id, failure) : become_plain_user(failure)) < 0)
        return -1;
    if ((jail.nproc && limit_processes(plan, failure) < 0) || drop_capabilities(failure) < 0)
        return -1;
    /* Both are reset by a change of credentials, so they come last. */
    if (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0 || prctl(PR_SET_DUMPABLE, 0) < 0)
        return fail(failure, "prctl", "PR_SET_PDEATHSIG");
    return seccomp_install(failure);
}

void run_child(const struct plan *plan, const struct trees *trees, uint32_t host_id, int control)
{
    struct failure failure;
    int fds[1 + MAX_LISTEN]; /* /tmp, then the listening sockets */
    if (execute(plan, trees, host_id, fds, &failure) < 0) {
        (void)send_failure(control, plan->tag, &failure);
        _exit(1);
    }
    struct writer ready;
    begin(&ready, MSG_READY, plan->tag);
    put_u32(&ready, plan->listen_count);
    if (send_message(control, &ready, fds, 1 + plan->listen_count) < 0)
        _exit(1);
    run_init(control);
}
