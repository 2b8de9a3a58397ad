/*
 * What this machine's kernel asks for what every start is made of, a line each: median and most of five rounds in microseconds, and
 * its name. Or, with a number of seconds, how many sandboxes' namespaces it made in them.
 */
#define _GNU_SOURCE
#include <linux/sched.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { ROUNDS = 5, CLONES = 100 };

static const char *program;

static double now_us(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec * 1e6 + (double)time.tv_nsec / 1e3;
}

static void must(int done)
{
    if (!done) {
        perror("costs");
        exit(1);
    }
}

static double of_call(void)
{
    enum { COUNT = 100000 };
    double start = now_us();
    for (int i = 0; i < COUNT; i++)
        syscall(SYS_getppid);
    return (now_us() - start) / COUNT;
}

static double of_fault(void)
{
    const size_t size = 16 << 20, page = 4096;
    char *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    must(memory != MAP_FAILED && madvise(memory, size, MADV_NOHUGEPAGE) == 0);
    double start = now_us();
    for (size_t at = 0; at < size; at += page)
        memory[at] = 1;
    double taken = now_us() - start;
    munmap(memory, size);
    return taken / (double)(size / page);
}

static double of_round_trip(void)
{
    enum { COUNT = 2000 };
    int there[2], back[2];
    char byte = 0;
    must(pipe(there) == 0 && pipe(back) == 0);
    pid_t other = fork();
    must(other >= 0);
    if (other == 0) {
        close(there[1]);
        while (read(there[0], &byte, 1) == 1 && write(back[1], &byte, 1) == 1)
            ;
        _exit(0);
    }
    double start = now_us();
    for (int i = 0; i < COUNT; i++)
        must(write(there[1], &byte, 1) == 1 && read(back[0], &byte, 1) == 1);
    double taken = now_us() - start;
    close(there[0]), close(there[1]), close(back[0]), close(back[1]);
    waitpid(other, NULL, 0);
    return taken / COUNT;
}

static double of_clone(unsigned long long flags)
{
    double start = now_us();
    for (int i = 0; i < CLONES; i++) {
        struct clone_args how = {.flags = flags, .exit_signal = SIGCHLD};
        pid_t child = (pid_t)syscall(SYS_clone3, &how, sizeof how);
        if (child == 0)
            _exit(0);
        must(child > 0 && waitpid(child, NULL, 0) == child);
    }
    return (now_us() - start) / CLONES;
}

static double of_process(void) { return of_clone(0); }

/* Those of a sandbox. As an ordinary user a user namespace must come first. */
static double of_namespaces(void)
{
    const unsigned long long user = geteuid() == 0 ? 0 : CLONE_NEWUSER;
    return of_clone(user | CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWIPC | CLONE_NEWUTS | CLONE_NEWNET);
}

static double of_program(void)
{
    enum { COUNT = 100 };
    char *arguments[] = {(char *)program, "ends", NULL};
    double start = now_us();
    for (int i = 0; i < COUNT; i++) {
        pid_t child;
        int status;
        must(posix_spawn(&child, program, NULL, NULL, arguments, NULL) == 0);
        must(waitpid(child, &status, 0) == child && status == 0);
    }
    return (now_us() - start) / COUNT;
}

static int by_size(const void *left, const void *right)
{
    double a = *(const double *)left, b = *(const double *)right;
    return (a > b) - (a < b);
}

/* How many sandboxes there could be if nothing had to be in them. */
static int repeat_namespaces(double seconds)
{
    int done = 0;
    for (double end = now_us() + seconds * 1e6; now_us() < end; done += CLONES)
        (void)of_namespaces();
    printf("%d\n", done);
    return 0;
}

int main(int count, char **arguments)
{
    static const struct {
        const char *name;
        double (*measure)(void);
    } costs[] = {
        {"system call", of_call},
        {"page fault", of_fault},
        {"pipe, there and back", of_round_trip},
        {"process, made and ended", of_process},
        {"process in the namespaces of a sandbox, made and ended", of_namespaces},
        {"static program, started and ended", of_program},
    };
    if (count > 1)
        return strcmp(arguments[1], "ends") == 0 ? 0 : repeat_namespaces(atof(arguments[1]));
    program = arguments[0];
    for (size_t i = 0; i < sizeof costs / sizeof costs[0]; i++) {
        double taken[ROUNDS];
        for (int round = 0; round < ROUNDS; round++)
            taken[round] = costs[i].measure();
        qsort(taken, ROUNDS, sizeof taken[0], by_size);
        printf("%.3f %.3f %s\n", taken[ROUNDS / 2], taken[ROUNDS - 1], costs[i].name);
    }
    return 0;
}
