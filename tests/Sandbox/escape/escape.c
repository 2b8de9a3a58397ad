/*
 * What a hostile function would try, one line of result each: "name errno", 0 when it worked.
 * Arguments: the process id of the host's test program, to signal.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static void tell(const char *name, long result) { printf("%s %d\n", name, result < 0 ? errno : 0); }

#define TRY(name, call) do { errno = 0; tell(name, (long)(call)); } while (0)

static long ptrace_child(void)
{
    pid_t child = fork();
    if (child == 0) {
        pause();
        _exit(0);
    }
    long result = ptrace(PTRACE_ATTACH, child, 0, 0);
    int error = errno;
    kill(child, SIGKILL);
    waitpid(child, NULL, 0);
    errno = error;
    return result;
}

static long clone_flags(unsigned long flags)
{
    long pid = syscall(SYS_clone, flags | SIGCHLD, 0, 0, 0, 0);
    if (pid == 0)
        _exit(0);
    int error = errno;
    if (pid > 0)
        waitpid((pid_t)pid, NULL, 0);
    errno = error;
    return pid;
}

#if defined(__x86_64__)
static sigjmp_buf after_fault;

static void on_fault(int signal)
{
    (void)signal;
    siglongjmp(after_fault, 1);
}

/* The 32-bit table's getpid. A kernel built or started without that table has no such gate, and the instruction faults: no call either. */
static long getpid_of_32_bits(void)
{
    long number = 20, answer;
    signal(SIGSEGV, on_fault);
    if (sigsetjmp(after_fault, 1) == 0)
        __asm__ volatile("int $0x80" : "=a"(answer) : "a"(number) : "memory", "r8", "r9", "r10", "r11");
    else
        answer = -ENOSYS;
    signal(SIGSEGV, SIG_DFL);
    errno = (int)-answer;
    return answer < 0 ? -1 : answer;
}
#endif

int main(int argc, char **argv)
{
    char buffer[4096];
    pid_t host = argc > 1 ? atoi(argv[1]) : 1;
    TRY("mount tmpfs", mount("x", "/tmp", "tmpfs", 0, NULL));
    TRY("remount root", mount(NULL, "/", NULL, MS_REMOUNT | MS_BIND, NULL));
    TRY("remount opt", mount(NULL, "/opt", NULL, MS_REMOUNT | MS_BIND, NULL));
    TRY("umount opt", umount2("/opt", MNT_DETACH));
    TRY("umount proc", umount2("/proc", MNT_DETACH));
    TRY("pivot_root", syscall(SYS_pivot_root, "/tmp", "/tmp"));
    TRY("chroot", chroot("/tmp"));
    TRY("open_tree", syscall(SYS_open_tree, AT_FDCWD, "/", 1));
    TRY("fsopen", syscall(SYS_fsopen, "tmpfs", 0));
    TRY("mount_setattr", syscall(442, AT_FDCWD, "/", 0, buffer, 32));
    TRY("unshare user", unshare(CLONE_NEWUSER));
    TRY("unshare mount", unshare(CLONE_NEWNS));
    TRY("unshare net", unshare(CLONE_NEWNET));
    TRY("unshare pid", unshare(CLONE_NEWPID));
    TRY("unshare cgroup", unshare(CLONE_NEWCGROUP));
    TRY("unshare time", unshare(0x80));
    TRY("clone user", clone_flags(CLONE_NEWUSER));
    TRY("clone mount", clone_flags(CLONE_NEWNS));
    TRY("clone net", clone_flags(CLONE_NEWNET));
    TRY("clone3", syscall(SYS_clone3, buffer, 64));
    TRY("setns", setns(open("/proc/1/ns/mnt", O_RDONLY), 0));
    TRY("open init's mount namespace", open("/proc/1/ns/mnt", O_RDONLY));
    TRY("open init's memory", open("/proc/1/mem", O_RDWR));
    TRY("open init's root", open("/proc/1/root/etc", O_RDONLY));
    TRY("open init's descriptors", open("/proc/1/fd/4", O_RDWR));
    TRY("list init's descriptors", open("/proc/1/fd", O_RDONLY | O_DIRECTORY));
    TRY("ptrace child", ptrace_child());
    TRY("ptrace init", ptrace(PTRACE_ATTACH, 1, 0, 0));
    TRY("process_vm_readv", syscall(SYS_process_vm_readv, 1, 0, 0, 0, 0, 0));
    TRY("pidfd_getfd init", syscall(SYS_pidfd_getfd, syscall(SYS_pidfd_open, 1, 0), 4, 0));
    TRY("keyctl", syscall(SYS_keyctl, 0, -3, 1));
    TRY("add_key", syscall(SYS_add_key, "user", "x", "x", 1, -3));
    TRY("bpf", syscall(SYS_bpf, 0, buffer, 64));
    TRY("perf_event_open", syscall(SYS_perf_event_open, buffer, 0, -1, -1, 0));
    TRY("userfaultfd", syscall(SYS_userfaultfd, 0));
    TRY("io_uring_setup", syscall(SYS_io_uring_setup, 8, buffer));
    TRY("kexec_load", syscall(SYS_kexec_load, 0, 0, 0, 0));
    TRY("init_module", syscall(SYS_init_module, buffer, 16, ""));
    TRY("finit_module", syscall(SYS_finit_module, 0, "", 0));
    TRY("reboot", syscall(SYS_reboot, 0, 0, 0, 0));
    TRY("syslog", syscall(SYS_syslog, 3, buffer, sizeof buffer));
    TRY("swapon", syscall(SYS_swapon, "/tmp/x", 0));
    TRY("settimeofday", syscall(SYS_settimeofday, buffer, 0));
    TRY("sethostname", sethostname("x", 1));
    TRY("open_by_handle_at", syscall(SYS_open_by_handle_at, 0, buffer, 0));
    TRY("personality", syscall(SYS_personality, 0x0040000));
    TRY("tiocsti", ioctl(0, 0x5412, "x"));
    TRY("vsock", socket(40, SOCK_STREAM, 0));
    TRY("af_alg", socket(38, SOCK_SEQPACKET, 0));
    TRY("packet", socket(AF_PACKET, SOCK_RAW, 0));
    TRY("raw", socket(AF_INET, SOCK_RAW, 1));
    TRY("unknown call", syscall(499));
#if defined(__x86_64__)
    TRY("x32 getpid", syscall(0x40000000 | SYS_getpid));
    TRY("32-bit getpid", getpid_of_32_bits());
#endif
    TRY("setuid 0", setuid(0));
    TRY("setgid 0", setgid(0));
    TRY("mknod disk", mknod("/tmp/disk", S_IFBLK | 0600, 0x0800));
    TRY("chown to root", chown("/tmp", 0, 0));
    TRY("kill the host's process", kill(host, 0));
    TRY("kill init", kill(1, SIGKILL)); /* sent, ignored: pid 1 of a namespace takes no SIGKILL from inside */
    TRY("raise descriptors", prlimit(0, 7, &(struct { unsigned long a, b; }){4096, 4096}, NULL));
    TRY("lower oom score", open("/proc/self/oom_score_adj", O_WRONLY) < 0 ? -1 : write(open("/proc/self/oom_score_adj", O_WRONLY), "-1000", 5));
    TRY("write core pattern", open("/proc/sys/kernel/core_pattern", O_WRONLY));
    TRY("write sysrq", open("/proc/sysrq-trigger", O_WRONLY));
    TRY("read kcore", open("/proc/kcore", O_RDONLY));
    TRY("read kmsg", open("/dev/kmsg", O_RDONLY));
    TRY("uid map", open("/proc/self/uid_map", O_WRONLY) < 0 ? -1 : write(open("/proc/self/uid_map", O_WRONLY), "0 0 1", 5));
    TRY("ambient capability", prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, 21, 0, 0));
    return 0;
}
