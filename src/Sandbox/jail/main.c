/*
 * The jail's life: prepare once, then serve plans until the server is gone.
 *
 *   1. become root in an own user namespace, if not root already
 *   2. lock the run folder, clear what a killed predecessor left, take a place for cgroups
 *   3. serve: decode the plan, open its folders, make its cgroups, clone from its template, hand the descriptors over
 *   4. at the server's end: kill every sandbox, reap, remove the cgroups
 */
#include "jail.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/keyctl.h>
#include <linux/sched.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { LOCK_PATIENCE_SECONDS = 3, QUIET_MILLISECONDS = 4, FREE_SLOTS = 32 };

struct jail jail;

static struct {
    bool used;
    uint32_t tag;
    char id[65];
} sandboxes[MAX_SANDBOXES];

/* Apart, because it is searched at every end. 0 = the slot is free, or its sandbox has ended and its cgroups are emptying. */
static pid_t pids[MAX_SANDBOXES];

static uint32_t next_slot, slots_in_use, slots_taken; /* slots_in_use: all below it are or were taken */
static bool plain_folders; /* a folder was met whose files keep their owners, against what jail.owned promises */
static unsigned emptying;
static int host_namespace;
static char empty_folder[PATH_MAX]; /* shown where there is no content */
static uint8_t message[MAX_MESSAGE];
static struct plan plan;
static struct trees trees;

/* ---- 1, 2: start ------------------------------------------------------------------------------------------------------ */
static _Noreturn void refuse(const char *step, const char *path)
{
    struct failure failure;
    fail(&failure, step, path);
    (void)send_failure(SERVER_FD, 0, &failure);
    _exit(1);
}

static void become_root(void)
{
    char line[64];
    unsigned uid = geteuid(), gid = getegid();
    jail.rootless = uid != 0;
    if (!jail.rootless)
        return;
    if (unshare(CLONE_NEWUSER) < 0)
        refuse("unshare", "user namespace (an ordinary user needs kernel.unprivileged_userns_clone=1, user.max_user_namespaces > 0)");
    snprintf(line, sizeof line, "0 %u 1\n", uid);
    if (write_file("/proc/self/uid_map", line) < 0)
        refuse("write", "/proc/self/uid_map");
    snprintf(line, sizeof line, "0 %u 1\n", gid);
    if (write_file("/proc/self/setgroups", "deny") < 0 || write_file("/proc/self/gid_map", line) < 0)
        refuse("write", "/proc/self/gid_map");
}

static void on_alarm(int signal) { (void)signal; }

/* Held by the jail alone: a server that was killed has let go of it when its jail, and so its sandboxes, are gone. */
static void lock_run_folder(const char *run_directory)
{
    char path[PATH_MAX];
    snprintf(path, sizeof path, "%s/lock", run_directory);
    int lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (lock < 0)
        refuse("open", path);
    struct sigaction wake = {.sa_handler = on_alarm};
    sigaction(SIGALRM, &wake, NULL);
    alarm(LOCK_PATIENCE_SECONDS);
    if (flock(lock, LOCK_EX) < 0) {
        errno = errno == EINTR ? EWOULDBLOCK : errno;
        refuse("lock (another server uses this folder)", path);
    }
    alarm(0);
}

static void leave_hosts_mounts(const char *run_directory)
{
    char path[PATH_MAX];
    if (unshare(CLONE_NEWNS) < 0)
        refuse("unshare", "mount namespace");
    if (mount("none", "/", NULL, MS_REC | MS_SLAVE, NULL) < 0) /* the host's later mounts come in, ours never go out */
        refuse("make slave", "/");
    snprintf(path, sizeof path, "%s/root", run_directory);
    if (mkdir(path, 0700) < 0 && errno != EEXIST)
        refuse("mkdir", path);
    snprintf(empty_folder, sizeof empty_folder, "%s/empty", run_directory);
    if (mkdir(empty_folder, 0755) < 0 && errno != EEXIST)
        refuse("mkdir", empty_folder);
    templates_open(run_directory);
    if ((host_namespace = open("/proc/self/ns/mnt", O_RDONLY | O_CLOEXEC)) < 0)
        refuse("open", "/proc/self/ns/mnt");
}

static bool is_mapped(uint32_t first, uint32_t count)
{
    unsigned inside, outside, length;
    bool mapped = false;
    FILE *file = fopen("/proc/self/uid_map", "re");
    while (file != NULL && fscanf(file, "%u %u %u", &inside, &outside, &length) == 3)
        mapped = mapped || (first >= inside && (uint64_t)first + count <= (uint64_t)inside + length);
    if (file != NULL)
        fclose(file);
    return mapped;
}

/*
 * Host ids for sandboxes: 0x70000000 and up is a range that neither distributions, systemd's containers nor subuid use;
 * each server takes 65,536 of it, by its key. In a container without that range every sandbox shares the id 993.
 */
static void choose_ids(const char *key)
{
    uint32_t hash = 2166136261u;
    for (const char *at = key; *at != '\0'; at++)
        hash = (hash ^ (uint8_t)*at) * 16777619u;
    jail.first_uid = 0x70000000u + hash % 4000u * 65536u;
    jail.uid_count = MAX_SANDBOXES;
    if (!is_mapped(jail.first_uid, jail.uid_count)) {
        jail.first_uid = SANDBOX_UID;
        jail.uid_count = 1;
    }
    int status = 1;
    pid_t probe = fork();
    if (probe == 0)
        _exit(probe_nested_namespace(jail.first_uid) < 0);
    jail.nested = probe > 0 && waitpid(probe, &status, 0) == probe && status == 0;
    jail.nproc = jail.nested && (jail.rootless || jail.uid_count > 1);
    if (jail.rootless && !jail.nested)
        refuse("unshare", "a user namespace in a user namespace");
}

static void find_owned(const char *run_directory)
{
    char path[PATH_MAX];
    snprintf(path, sizeof path, "%s/root", run_directory);
    idmaps_open(path);
}

static void greet(void)
{
    struct writer hello;
    begin(&hello, MSG_HELLO, 0);
    put_u32(&hello, jail.rootless);
    put_u32(&hello, jail.nested);
    put_u32(&hello, jail.uid_count > 1);
    put_u32(&hello, (uint32_t)cgroup_version());
    put_u32(&hello, cgroup_controllers());
    put_u32(&hello, jail.owned);
    if (send_message(SERVER_FD, &hello, NULL, 0) < 0)
        _exit(1);
}

/* ---- 3: serving ------------------------------------------------------------------------------------------------------- */
static void close_if_open(int *fd)
{
    if (*fd >= 0)
        close(*fd);
    *fd = -1;
}

static void close_trees(void)
{
    for (unsigned i = 0; i < MAX_LAYERS; i++)
        close_if_open(&trees.layers[i]);
    close_if_open(&trees.task);
    close_if_open(&trees.runtime);
    close_if_open(&trees.cache);
    close_if_open(&trees.resolver);
    close_if_open(&trees.network);
}

static int open_owned(const char *path, int idmap, struct failure *failure)
{
    bool plain;
    if (path == empty_folder)
        return tree_open(path, false, failure);
    int tree = tree_open_owned(path, idmap, &plain, failure);
    plain_folders = plain_folders || plain;
    return tree;
}

/* The machine's own root has something there for those that wait. */
static void show_empty_folders(uint32_t parts)
{
    if (plan.layer_count == 0 && (parts & PART_LAYERS)) {
        plan.layers[0] = empty_folder;
        plan.layer_count = 1;
    }
    if (!plan.task[0] && (parts & PART_TASK))
        plan.task = empty_folder;
}

static int open_trees(int idmap, struct failure *failure)
{
    const int of_layers = plan.layer_count > 1 && jail.owned != OWNED_ALL ? NO_IDMAP : idmap;
    for (uint32_t i = 0; i < plan.layer_count; i++)
        if ((trees.layers[i] = open_owned(plan.layers[i], of_layers, failure)) < 0)
            return -1;
    if (plan.task[0] && (trees.task = open_owned(plan.task, idmap, failure)) < 0)
        return -1;
    if (plan.runtime[0] && (trees.runtime = tree_open(plan.runtime, false, failure)) < 0)
        return -1;
    if (plan.cache[0] && (trees.cache = tree_open(plan.cache, false, failure)) < 0)
        return -1;
    struct failure ignored;
    if (plan.host_network)
        trees.resolver = tree_open("/etc/resolv.conf", false, &ignored);
    return 0;
}

/*
 * Going round among the slots there are, so that a host id rests before it is reused; a new slot only while few are free,
 * because each keeps its idmap.
 */
static uint32_t take_slot(void)
{
    if (slots_in_use < MAX_SANDBOXES && slots_in_use - slots_taken < FREE_SLOTS)
        return slots_in_use++;
    while (sandboxes[next_slot % slots_in_use].used)
        next_slot++;
    return next_slot++ % slots_in_use;
}

static pid_t clone_from(int template, uint32_t host_id, int control, int *pidfd, struct failure *failure)
{
    const bool needs_network = !plan.host_network && trees.network < 0;
    struct clone_args args = {
        .flags = CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWIPC | CLONE_NEWUTS | CLONE_PIDFD | (needs_network ? CLONE_NEWNET : 0u),
        .pidfd = (uint64_t)(uintptr_t)pidfd,
        .exit_signal = SIGCHLD,
    };
    if (setns(template, CLONE_NEWNS) < 0)
        return fail(failure, "setns", "template");
    pid_t pid = (pid_t)syscall(SYS_clone3, &args, sizeof args);
    if (pid == 0) {
        close(SERVER_FD);
        run_child(&plan, &trees, host_id, control);
    }
    if (pid < 0)
        fail(failure, "clone3", "sandbox");
    if (setns(host_namespace, CLONE_NEWNS) < 0)
        refuse("setns", "the jail's own mount namespace");
    return pid;
}

static int hand_over(uint32_t slot, int pidfd, int control, const struct readings *readings)
{
    int fds[8] = {pidfd, control};
    size_t count = 2;
    uint32_t present = 0;
    const int files[] = {readings->memory_stat, readings->memory_peak, readings->oom, readings->cpu, readings->cpu_limit, readings->freezer};
    for (unsigned i = 0; i < sizeof files / sizeof files[0]; i++)
        if (files[i] >= 0) {
            present |= 1u << i;
            fds[count++] = files[i];
        }
    struct writer reply;
    begin(&reply, MSG_CREATED, plan.tag);
    put_u32(&reply, (uint32_t)pids[slot]);
    put_u32(&reply, present);
    put_u32(&reply, plain_folders);
    return send_message(SERVER_FD, &reply, fds, count);
}

static int make_sandbox(struct failure *failure)
{
    if (slots_taken == MAX_SANDBOXES)
        return fail_with(failure, EAGAIN, "create", "too many sandboxes");
    const uint32_t slot = take_slot(), host_id = jail.first_uid + slot % jail.uid_count;
    trees.network = plan.host_network ? -1 : network_take();
    int template = template_for(&plan, failure), idmap = template < 0 ? -1 : idmap_for(host_id, failure);
    if (idmap == -1 || open_trees(idmap, failure) < 0)
        return -1;
    int ends[2] = {-1, -1}, pidfd = -1;
    struct readings readings = {-1, -1, -1, -1, -1, -1};
    pid_t pid = -1;
    int result = cgroup_make(&plan, &readings, failure);
    if (result == 0 && socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) < 0)
        result = fail(failure, "socketpair", "control");
    if (result == 0 && (pid = clone_from(template, host_id, ends[1], &pidfd, failure)) < 0)
        result = -1;
    if (result == 0) {
        pids[slot] = pid;
        sandboxes[slot].used = true;
        slots_taken++;
        sandboxes[slot].tag = plan.tag;
        strcpy(sandboxes[slot].id, plan.id);
        if ((result = cgroup_attach(plan.id, pid, failure)) < 0)
            kill(pid, SIGKILL);
        else
            (void)hand_over(slot, pidfd, ends[0], &readings); /* fails when the server is gone; the loop sees that */
    } else if (!(failure->error == EEXIST && strcmp(failure->step, "mkdir") == 0)) {
        (void)cgroup_remove(plan.id);
    }
    int mine[] = {ends[0], ends[1], pidfd, readings.memory_stat, readings.memory_peak, readings.oom, readings.cpu, readings.cpu_limit,
        readings.freezer};
    for (unsigned i = 0; i < sizeof mine / sizeof mine[0]; i++)
        close_if_open(&mine[i]);
    return result;
}

/* Leaves the jail in the sandbox's mount namespace: see on_attach. */
static int enter_and_show(pid_t pid, struct failure *failure)
{
    int pidfd = (int)syscall(SYS_pidfd_open, pid, 0);
    if (pidfd < 0)
        return fail(failure, "pidfd_open", "sandbox");
    int result = setns(pidfd, CLONE_NEWNS) < 0 ? fail(failure, "setns", "sandbox") : show_content(&plan, &trees, failure);
    close(pidfd);
    return result;
}

static int attach_content(struct failure *failure)
{
    uint32_t slot = 0;
    while (slot < slots_in_use && !(sandboxes[slot].used && sandboxes[slot].tag == plan.tag && pids[slot] > 0))
        slot++;
    if (slot == slots_in_use)
        return fail_with(failure, ESRCH, "attach", "the sandbox has ended");
    int idmap = idmap_for(jail.first_uid + slot % jail.uid_count, failure);
    if (idmap == -1 || open_trees(idmap, failure) < 0)
        return -1;
    if (cgroup_limit_memory(sandboxes[slot].id, plan.memory_bytes + plan.tmp_bytes, failure) < 0)
        return -1;
    return enter_and_show(pids[slot], failure);
}

static void on_attach(size_t length)
{
    struct failure failure = {0};
    const char *fault;
    if (!decode_attach(message, length, &plan, &fault))
        fail_with(&failure, EINVAL, "decode attach", fault);
    else {
        show_empty_folders(plan.parts);
        (void)attach_content(&failure);
    }
    struct writer reply;
    begin(&reply, MSG_ATTACHED, plan.tag);
    put_u32(&reply, (uint32_t)failure.error);
    put_text(&reply, failure.error != 0 ? failure.step : "");
    put_text(&reply, failure.error != 0 ? failure.path : "");
    (void)send_message(SERVER_FD, &reply, NULL, 0);
    /* A caller waits for the answer, nobody for this. */
    close_trees();
    if (setns(host_namespace, CLONE_NEWNS) < 0)
        refuse("setns", "the jail's own mount namespace");
}

static bool on_message(void)
{
    struct failure failure = {0};
    ssize_t length = receive_message(SERVER_FD, message, sizeof message);
    if (length <= 0 && !(length < 0 && errno == EMSGSIZE))
        return false;
    struct reader reader = {.at = message, .end = message + (length < 0 ? 0 : length)};
    if (read_u32(&reader) == MSG_ATTACH) {
        on_attach((size_t)length);
        return true;
    }
    const char *fault = "too long";
    if (length < 0 || !decode_plan(message, (size_t)length, &plan, &fault))
        fail_with(&failure, EINVAL, "decode plan", fault);
    else {
        if (!plan.late && plan.root_count == 0)
            show_empty_folders(PART_ALL);
        (void)make_sandbox(&failure);
    }
    close_trees();
    if (failure.error != 0)
        (void)send_failure(SERVER_FD, plan.tag, &failure);
    return true;
}

static void tell(enum message type, uint32_t slot, uint64_t oom_kills, uint64_t cpu_nanoseconds)
{
    struct writer news;
    begin(&news, type, sandboxes[slot].tag);
    put_u64(&news, oom_kills);
    put_u64(&news, cpu_nanoseconds);
    (void)send_message(SERVER_FD, &news, NULL, 0);
}

static void reap(void)
{
    for (pid_t pid; (pid = waitpid(-1, NULL, WNOHANG)) > 0;)
        for (uint32_t slot = 0; slot < slots_in_use; slot++)
            if (pids[slot] == pid) {
                uint64_t oom_kills, cpu_nanoseconds;
                cgroup_last_words(sandboxes[slot].id, &oom_kills, &cpu_nanoseconds);
                pids[slot] = 0;
                emptying++;
                tell(MSG_GONE, slot, oom_kills, cpu_nanoseconds);
                break;
            }
}

/* A cgroup may stay busy for a moment after its last process has been reaped. */
static void remove_emptied(void)
{
    for (uint32_t slot = 0; slot < slots_in_use && emptying > 0; slot++)
        if (sandboxes[slot].used && pids[slot] == 0 && cgroup_remove(sandboxes[slot].id)) {
            sandboxes[slot].used = false;
            slots_taken--;
            emptying--;
            tell(MSG_REMOVED, slot, 0, 0);
        }
}

static void serve(int signals)
{
    struct pollfd waits[] = {{.fd = SERVER_FD, .events = POLLIN}, {.fd = signals, .events = POLLIN}};
    for (;;) {
        int ready = poll(waits, 2, emptying > 0 || network_is_wanted() ? QUIET_MILLISECONDS : -1);
        if (ready < 0)
            continue;
        if (ready == 0 && network_is_wanted())
            network_make();
        struct signalfd_siginfo drained;
        if (waits[1].revents && read(signals, &drained, sizeof drained) >= 0)
            reap();
        remove_emptied();
        if (waits[0].revents && !on_message())
            return;
    }
}

/* ---- 4: the end ------------------------------------------------------------------------------------------------------- */
static void end_all(void)
{
    for (uint32_t slot = 0; slot < slots_in_use; slot++)
        if (pids[slot] > 0) {
            kill(pids[slot], SIGKILL);
            cgroup_thaw(sandboxes[slot].id);
        }
    while (waitpid(-1, NULL, 0) > 0 || errno == EINTR)
        ;
    cgroups_close();
}

int main(int argc, char **argv)
{
    if (argc != 3 || fcntl(SERVER_FD, F_SETFD, FD_CLOEXEC) < 0) {
        fprintf(stderr, "lamina-jail is started by the lamina server, which speaks to it on descriptor %d\n", SERVER_FD);
        return 64;
    }
    const char *run_directory = argv[1], *key = argv[2];
    sigset_t none, child;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    const uint64_t by_default[8] = {0}; /* the kernel's struct sigaction; the C library hides two signals from its own */
    for (int signal = 1; signal < NSIG; signal++)
        (void)syscall(SYS_rt_sigaction, signal, by_default, NULL, sizeof(uint64_t));
    (void)setsid(); /* the terminal's Ctrl-C is the server's to handle */
    (void)close_range(SERVER_FD + 1, ~0u, 0);
    umask(022);
    memset(&trees, 0xff, sizeof trees);
    (void)syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, NULL); /* the operator's keys stay with the operator */
    become_root();
    lock_run_folder(run_directory);
    cgroups_open(run_directory, key);
    leave_hosts_mounts(run_directory);
    choose_ids(key);
    find_owned(run_directory);
    networks_open();
    int lifeline[2];
    struct failure failure;
    if (pipe2(lifeline, O_CLOEXEC) < 0)
        refuse("pipe2", "lifeline");
    jail.lifeline = lifeline[0];
    sigemptyset(&child);
    sigaddset(&child, SIGCHLD);
    sigprocmask(SIG_BLOCK, &child, NULL);
    int signals = signalfd(-1, &child, SFD_CLOEXEC | SFD_NONBLOCK);
    if (signals < 0)
        refuse("signalfd", "SIGCHLD");
    if (seccomp_prepare(&failure) < 0) {
        errno = failure.error;
        refuse(failure.step, failure.path);
    }
    greet();
    serve(signals);
    end_all();
    return 0;
}
