/*
 * pid 1 of a sandbox: starts processes on request, reaps everything, reports the ends of those it started. It is as
 * unprivileged as they are; they cannot touch it because it is not dumpable and because pid 1 ignores what it does not handle.
 */
#include "jail.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum { MAX_PROCESSES = 64 }; /* started by request, living at once */

static struct {
    pid_t pid;
    uint32_t tag;
} processes[MAX_PROCESSES];

static uint8_t message[MAX_MESSAGE];
static struct start start;
static int dev_null;

/* Came with the present message: a terminal, or standard input, output and errors; mostly nothing. */
static int streams[MAX_STREAMS];
static size_t stream_count;

/*
 * A name without '/' is looked for in the PATH of the process to be, inside the sandbox, where alone its links lead right.
 * Returns only when nothing could be executed, errno says why.
 */
static void execute_program(void)
{
    const char *name = start.arguments[0], *path = "";
    if (strchr(name, '/') != NULL) {
        execve(name, start.arguments, start.environment);
        return;
    }
    for (char **variable = start.environment; *variable != NULL; variable++)
        if (strncmp(*variable, "PATH=", 5) == 0)
            path = *variable + 5;
    int error = ENOENT;
    char file[PATH_MAX];
    while (*path != '\0') {
        size_t length = strcspn(path, ":");
        if (length > 0 && length + strlen(name) + 2 <= sizeof file) {
            memcpy(file, path, length);
            file[length] = '/';
            strcpy(file + length + 1, name);
            execve(file, start.arguments, start.environment);
            if (errno != ENOENT && errno != ENOTDIR)
                error = errno;
        }
        path += length;
        path += *path == ':';
    }
    errno = error;
}

/* Runs between vfork and exec, on init's memory: only system calls, and the result through `failure`. */
static void execute(int output, struct failure *failure)
{
    sigset_t none;
    sigemptyset(&none);
    setsid();
    bool terminal = stream_count == 1, given = stream_count == MAX_STREAMS;
    int in = terminal || given ? streams[0] : dev_null;
    int out = terminal ? streams[0] : given ? streams[1] : output;
    int errors = given ? streams[2] : out;
    if (dup2(in, 0) < 0 || dup2(out, 1) < 0 || dup2(errors, 2) < 0) {
        fail(failure, "dup2", "output");
    } else if (terminal && ioctl(0, TIOCSCTTY, 0) < 0) {
        fail(failure, "ioctl", "terminal");
    } else if (chdir(start.directory) < 0) {
        fail(failure, "chdir", start.directory);
    } else {
        sigprocmask(SIG_SETMASK, &none, NULL);
        execute_program();
        fail(failure, "execve", start.arguments[0]);
    }
    _exit(127);
}

static pid_t launch(int output, struct failure *failure)
{
    pid_t pid = vfork();
    if (pid == 0)
        execute(output, failure);
    if (pid < 0)
        fail(failure, "vfork", start.arguments[0]);
    return pid;
}

static int start_process(struct failure *failure, int *output)
{
    int slot = 0, ends[2];
    while (slot < MAX_PROCESSES && processes[slot].pid != 0)
        slot++;
    if (slot == MAX_PROCESSES)
        return fail_with(failure, EAGAIN, "start", "too many processes started by request");
    /* Made here and not by the server: its owner must be the sandbox's user, or /dev/stderr could not be opened. */
    if (pipe2(ends, O_CLOEXEC) < 0)
        return fail(failure, "pipe2", "output");
    failure->error = 0;
    pid_t pid = launch(ends[1], failure);
    close(ends[1]);
    if (failure->error != 0) {
        if (pid > 0)
            waitpid(pid, NULL, 0);
        close(ends[0]);
        return -1;
    }
    processes[slot].pid = pid;
    processes[slot].tag = start.tag;
    *output = ends[0];
    return 0;
}

static void on_start(int control, size_t length)
{
    struct failure failure = {0};
    const char *fault;
    int output = -1;
    if (!decode_start(message, length, &start, &fault)) {
        fail_with(&failure, EINVAL, "decode start", fault);
    } else if (start_process(&failure, &output) == 0) {
        struct writer reply;
        begin(&reply, MSG_STARTED, start.tag);
        (void)send_message(control, &reply, &output, 1);
        close(output);
        return;
    }
    (void)send_failure(control, start.tag, &failure);
}

static void on_signal(struct reader *reader, uint32_t tag)
{
    uint32_t signal = read_u32(reader);
    for (int i = 0; i < MAX_PROCESSES; i++)
        if (processes[i].pid != 0 && processes[i].tag == tag && !reader->bad)
            kill(processes[i].pid, (int)signal);
}

/* This process, and one that has forked nothing. */
#define ALONE 2

struct usage {
    uint64_t private_kib, shared_kib, ticks;
};

/* A process's part of the anonymous pages, those divided that it shares with what it was forked from. False where the kernel keeps no such sum. */
static bool read_part(const char *pid, unsigned long long *kib)
{
    char path[64], text[256];
    snprintf(path, sizeof path, "/proc/%.16s/smaps_rollup", pid);
    FILE *file = fopen(path, "re");
    bool found = false;
    while (file != NULL && !found && fgets(text, sizeof text, file) != NULL)
        found = sscanf(text, "Pss_Anon: %llu", kib) == 1;
    if (file != NULL)
        fclose(file);
    return found;
}

/*
 * Private memory adds up; shared memory (not files) is the same pages in every process that has them, so the most counts. After a fork
 * private pages are shared until one side writes: with several processes each counts its part.
 */
static void count_process(const char *pid, bool several, struct usage *usage)
{
    char path[64], text[512];
    snprintf(path, sizeof path, "/proc/%.16s/status", pid);
    FILE *file = fopen(path, "re");
    unsigned long long kib, part, user = 0, kernel = 0;
    while (file != NULL && fgets(text, sizeof text, file) != NULL) {
        if (sscanf(text, "RssAnon: %llu", &kib) == 1)
            usage->private_kib += several && read_part(pid, &part) ? part : kib;
        else if (sscanf(text, "RssShmem: %llu", &kib) == 1 && kib > usage->shared_kib)
            usage->shared_kib = kib;
    }
    if (file != NULL)
        fclose(file);
    snprintf(path, sizeof path, "/proc/%.16s/stat", pid);
    if ((file = fopen(path, "re")) == NULL)
        return;
    if (fgets(text, sizeof text, file) != NULL) {
        const char *rest = strrchr(text, ')'); /* a process may call itself anything */
        if (rest != NULL && sscanf(rest + 1, " %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %llu %llu", &user, &kernel) == 2)
            usage->ticks += user + kernel;
    }
    fclose(file);
}

static bool is_process(const struct dirent *entry)
{
    return entry->d_name[0] >= '1' && entry->d_name[0] <= '9';
}

static void on_usage(int control, uint32_t tag)
{
    struct usage usage = {0};
    DIR *proc = opendir("/proc");
    int count = 0;
    for (struct dirent *entry; proc != NULL && (entry = readdir(proc)) != NULL;)
        count += is_process(entry);
    if (proc != NULL)
        rewinddir(proc);
    for (struct dirent *entry; proc != NULL && (entry = readdir(proc)) != NULL;)
        if (is_process(entry))
            count_process(entry->d_name, count > ALONE, &usage);
    if (proc != NULL)
        closedir(proc);
    struct rusage ended;
    getrusage(RUSAGE_CHILDREN, &ended);
    uint64_t nanoseconds = usage.ticks * (1000000000u / (uint64_t)sysconf(_SC_CLK_TCK));
    nanoseconds += ((uint64_t)ended.ru_utime.tv_sec + (uint64_t)ended.ru_stime.tv_sec) * 1000000000u;
    nanoseconds += ((uint64_t)ended.ru_utime.tv_usec + (uint64_t)ended.ru_stime.tv_usec) * 1000u;
    struct writer reply;
    begin(&reply, MSG_USED, tag);
    put_u64(&reply, (usage.private_kib + usage.shared_kib) * 1024);
    put_u64(&reply, nanoseconds);
    put_u64(&reply, (uint64_t)ended.ru_maxrss * 1024); /* of the largest that has ended: none is too short-lived to be seen */
    (void)send_message(control, &reply, NULL, 0);
}

static void report_end(int control, pid_t pid, int status)
{
    for (int i = 0; i < MAX_PROCESSES; i++) {
        if (processes[i].pid != pid)
            continue;
        struct writer report;
        begin(&report, MSG_EXITED, processes[i].tag);
        put_u32(&report, (uint32_t)status);
        (void)send_message(control, &report, NULL, 0);
        processes[i].pid = 0;
    }
}

static int remove_entry(const char *path, const struct stat *status, int type, struct FTW *walk)
{
    (void)status, (void)type;
    if (walk->level > 0)
        (void)remove(path);
    return 0;
}

/*
 * Whoever loses its parent becomes a child of pid 1, so when there is no child there is nobody. What they shared in memory
 * goes with them; /tmp is a disk and stays.
 */
static void on_empty(int control, uint32_t tag)
{
    int status;
    for (;;) {
        (void)kill(-1, SIGKILL);
        pid_t pid = waitpid(-1, &status, 0);
        if (pid > 0)
            report_end(control, pid, status);
        else if (errno == ECHILD)
            break;
    }
    (void)nftw("/dev/shm", remove_entry, 8, FTW_DEPTH | FTW_PHYS | FTW_MOUNT);
    struct writer reply;
    begin(&reply, MSG_EMPTIED, tag);
    (void)send_message(control, &reply, NULL, 0);
}

/* Listening is the processes' affair; whoever connects to them from outside needs a socket that lives in their network. */
static void on_socket(int control, uint32_t tag)
{
    struct failure failure = {0};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0) {
        fail(&failure, "socket", "in the sandbox's network");
        (void)send_failure(control, tag, &failure);
        return;
    }
    struct writer reply;
    begin(&reply, MSG_OPENED, tag);
    (void)send_message(control, &reply, &fd, 1);
    close(fd);
}

static void handle_message(int control, size_t length)
{
    struct reader reader = {.at = message, .end = message + length};
    uint32_t type = read_u32(&reader), tag = read_u32(&reader);
    if (type == MSG_START)
        on_start(control, length);
    else if (type == MSG_SIGNAL)
        on_signal(&reader, tag);
    else if (type == MSG_USAGE)
        on_usage(control, tag);
    else if (type == MSG_EMPTY)
        on_empty(control, tag);
    else if (type == MSG_HOLD)
        (void)kill(-1, read_u32(&reader) != 0 ? SIGSTOP : SIGCONT);
    else if (type == MSG_SOCKET)
        on_socket(control, tag);
}

static bool on_message(int control)
{
    ssize_t length = receive_with_streams(control, message, sizeof message, streams, &stream_count);
    bool received = length > 0;
    if (received)
        handle_message(control, (size_t)length);
    for (size_t i = 0; i < stream_count; i++)
        close(streams[i]);
    return received;
}

static void reap(int control)
{
    int status;
    for (pid_t pid; (pid = waitpid(-1, &status, WNOHANG)) > 0;)
        report_end(control, pid, status);
}

/* Keeps standard streams, the control socket and the lifeline; everything else the jail had open is closed. */
static int keep_descriptors(int control)
{
    dev_null = open("/dev/null", O_RDWR | O_CLOEXEC);
    int kept[] = {dev_null, control, jail.lifeline};
    for (int i = 0; i < 3; i++)
        if (kept[i] < 0 || (kept[i] = fcntl(kept[i], F_DUPFD_CLOEXEC, 10)) < 0)
            return -1;
    for (int i = 0; i < 3; i++) {
        if (dup3(kept[i], 3 + i, O_CLOEXEC) < 0)
            return -1;
    }
    for (int i = 0; i < 3; i++)
        if (dup2(3, i) < 0)
            return -1;
    dev_null = 3;
    return close_range(6, ~0u, 0);
}

void run_init(int control)
{
    if (keep_descriptors(control) < 0)
        _exit(1);
    control = 4;
    sigset_t child;
    sigemptyset(&child);
    sigaddset(&child, SIGCHLD);
    int signals = signalfd(-1, &child, SFD_CLOEXEC | SFD_NONBLOCK);
    struct pollfd waits[] = {{.fd = control, .events = POLLIN}, {.fd = signals, .events = POLLIN}, {.fd = 5, .events = 0}};
    for (;;) {
        if (poll(waits, 3, -1) < 0)
            continue;
        struct signalfd_siginfo drained;
        if (waits[1].revents && read(signals, &drained, sizeof drained) >= 0)
            reap(control);
        /* The server or the jail is gone, or broke the protocol: pid 1 leaving ends every process of the sandbox. */
        if (waits[2].revents || (waits[0].revents && !on_message(control)))
            _exit(0);
    }
}
