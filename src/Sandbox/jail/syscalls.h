/*
 * The system calls a sandbox may make; data for seccomp.c. What is not listed answers ENOSYS, as an older kernel would.
 * What is listed as refused says why. Numbers from 424 on are the same on every architecture.
 */
#ifndef __NR_cachestat
#define __NR_cachestat 451
#endif
#ifndef __NR_fchmodat2
#define __NR_fchmodat2 452
#endif
#ifndef __NR_map_shadow_stack
#define __NR_map_shadow_stack 453
#endif
#ifndef __NR_futex_wake
#define __NR_futex_wake 454
#define __NR_futex_wait 455
#define __NR_futex_requeue 456
#endif
#ifndef __NR_mseal
#define __NR_mseal 462
#endif

/* Files */
ALLOW(read) ALLOW(write) ALLOW(readv) ALLOW(writev) ALLOW(pread64) ALLOW(pwrite64) ALLOW(preadv) ALLOW(pwritev)
ALLOW(preadv2) ALLOW(pwritev2) ALLOW(close) ALLOW(close_range) ALLOW(lseek) ALLOW(openat) ALLOW(openat2) ALLOW(faccessat)
ALLOW(faccessat2) ALLOW(fstat) ALLOW(newfstatat) ALLOW(statx) ALLOW(statfs) ALLOW(fstatfs) ALLOW(getdents64) ALLOW(getcwd)
ALLOW(chdir) ALLOW(fchdir) ALLOW(mkdirat) ALLOW(unlinkat) ALLOW(renameat2) ALLOW(linkat) ALLOW(symlinkat) ALLOW(readlinkat)
ALLOW(fchmod) ALLOW(fchmodat) ALLOW(fchmodat2) ALLOW(fchown) ALLOW(fchownat) ALLOW(utimensat) ALLOW(truncate) ALLOW(ftruncate)
ALLOW(fallocate) ALLOW(fadvise64) ALLOW(readahead) ALLOW(fsync) ALLOW(fdatasync) ALLOW(sync_file_range) ALLOW(syncfs)
ALLOW(flock) ALLOW(dup) ALLOW(dup3) ALLOW(pipe2) ALLOW(splice) ALLOW(tee) ALLOW(vmsplice) ALLOW(sendfile)
ALLOW(copy_file_range) ALLOW(umask) ALLOW(mknodat) ALLOW(cachestat) ALLOW(getxattr) ALLOW(lgetxattr) ALLOW(fgetxattr)
ALLOW(listxattr) ALLOW(llistxattr) ALLOW(flistxattr) ALLOW(setxattr) ALLOW(lsetxattr) ALLOW(fsetxattr) ALLOW(removexattr)
ALLOW(lremovexattr) ALLOW(fremovexattr) ALLOW(inotify_init1) ALLOW(inotify_add_watch) ALLOW(inotify_rm_watch)
ALLOW(memfd_create)
CHECK(fcntl, NOT_THESE, 1, EACCES, "F_SETLEASE, F_SETDELEG: who looks like a shared file's owner could make its other readers wait", 2, 1024, 1040)
DENY(sync, EPERM, "makes the whole host write; syncfs and fsync do what a function needs")
CHECK(ioctl, NOT_THESE, 1, EPERM, "TIOCSTI and TIOCLINUX type into the operator's terminal", 2, 0x5412, 0x541c)

/* Memory */
ALLOW(brk) ALLOW(mmap) ALLOW(munmap) ALLOW(mremap) ALLOW(mprotect) ALLOW(pkey_mprotect) ALLOW(pkey_alloc) ALLOW(pkey_free)
ALLOW(madvise) ALLOW(mincore) ALLOW(msync) ALLOW(mlock) ALLOW(mlock2) ALLOW(munlock) ALLOW(mlockall) ALLOW(munlockall)
ALLOW(membarrier) ALLOW(rseq) ALLOW(map_shadow_stack) ALLOW(mseal) ALLOW(mbind) ALLOW(get_mempolicy) ALLOW(set_mempolicy)
ALLOW(remap_file_pages)

/* Processes and threads */
CHECK(clone, NO_BITS, 0, EPERM, "new namespaces give capabilities inside them, and so kernel code that expects root", 1, 0x7e020000)
CHECK(unshare, NO_BITS, 0, EPERM, "as clone; CLONE_FILES, CLONE_FS and CLONE_SYSVSEM are harmless", 1, 0x7e020080)
DENY(clone3, ENOSYS, "its flags are behind a pointer, which no filter can read; glibc falls back to clone on ENOSYS only")
ALLOW(execve) ALLOW(execveat) ALLOW(exit) ALLOW(exit_group) ALLOW(wait4) ALLOW(waitid) ALLOW(getpid) ALLOW(getppid) ALLOW(gettid)
ALLOW(getpgid) ALLOW(setpgid) ALLOW(getsid) ALLOW(setsid) ALLOW(set_tid_address) ALLOW(set_robust_list) ALLOW(get_robust_list)
ALLOW(futex) ALLOW(futex_waitv) ALLOW(futex_wake) ALLOW(futex_wait) ALLOW(futex_requeue) ALLOW(kill) ALLOW(tkill) ALLOW(tgkill)
ALLOW(pidfd_open) ALLOW(pidfd_send_signal) ALLOW(pidfd_getfd) ALLOW(prctl) ALLOW(getpriority) ALLOW(setpriority)
ALLOW(sched_yield) ALLOW(sched_getaffinity) ALLOW(sched_setaffinity) ALLOW(sched_getparam) ALLOW(sched_setparam)
ALLOW(sched_getscheduler) ALLOW(sched_setscheduler) ALLOW(sched_get_priority_max) ALLOW(sched_get_priority_min)
ALLOW(sched_rr_get_interval) ALLOW(sched_getattr) ALLOW(sched_setattr) ALLOW(ioprio_get) ALLOW(ioprio_set) ALLOW(getcpu)
ALLOW(seccomp) ALLOW(landlock_create_ruleset) ALLOW(landlock_add_rule) ALLOW(landlock_restrict_self) ALLOW(restart_syscall)
CHECK(personality, ONLY_THESE, 0, EPERM, "odd ones weaken address layout; reading and PER_LINUX(32) are what programs use", 3, 0, 8, 0xffffffff)

/* Identity and limits */
ALLOW(getuid) ALLOW(geteuid) ALLOW(getgid) ALLOW(getegid) ALLOW(getresuid) ALLOW(getresgid) ALLOW(getgroups) ALLOW(setuid)
ALLOW(setgid) ALLOW(setreuid) ALLOW(setregid) ALLOW(setresuid) ALLOW(setresgid) ALLOW(setgroups) ALLOW(setfsuid) ALLOW(setfsgid)
ALLOW(capget) ALLOW(capset) ALLOW(getrlimit) ALLOW(setrlimit) ALLOW(prlimit64) ALLOW(getrusage) ALLOW(times) ALLOW(sysinfo)
ALLOW(uname) ALLOW(getrandom)

/* Signals */
ALLOW(rt_sigaction) ALLOW(rt_sigprocmask) ALLOW(rt_sigreturn) ALLOW(rt_sigpending) ALLOW(rt_sigsuspend) ALLOW(rt_sigtimedwait)
ALLOW(rt_sigqueueinfo) ALLOW(rt_tgsigqueueinfo) ALLOW(sigaltstack) ALLOW(signalfd4)

/* Time */
ALLOW(nanosleep) ALLOW(clock_nanosleep) ALLOW(clock_gettime) ALLOW(clock_getres) ALLOW(gettimeofday) ALLOW(getitimer)
ALLOW(setitimer) ALLOW(timer_create) ALLOW(timer_settime) ALLOW(timer_gettime) ALLOW(timer_getoverrun) ALLOW(timer_delete)
ALLOW(timerfd_create) ALLOW(timerfd_settime) ALLOW(timerfd_gettime)

/* Waiting */
ALLOW(ppoll) ALLOW(pselect6) ALLOW(epoll_create1) ALLOW(epoll_ctl) ALLOW(epoll_pwait) ALLOW(epoll_pwait2) ALLOW(eventfd2)

/* Asynchronous input and output */
ALLOW(io_setup) ALLOW(io_destroy) ALLOW(io_submit) ALLOW(io_cancel) ALLOW(io_getevents) ALLOW(io_pgetevents)

/* Sockets */
CHECK(socket, ONLY_THESE, 0, EAFNOSUPPORT, "UNIX, INET, INET6, NETLINK; AF_VSOCK reaches the hypervisor, AF_ALG and others only kernel bugs", 4, 1, 2, 10, 16)
CHECK(socketpair, ONLY_THESE, 0, EAFNOSUPPORT, "UNIX", 1, 1)
ALLOW(bind) ALLOW(connect) ALLOW(listen) ALLOW(accept) ALLOW(accept4) ALLOW(getsockname) ALLOW(getpeername) ALLOW(getsockopt)
ALLOW(setsockopt) ALLOW(shutdown) ALLOW(sendto) ALLOW(recvfrom) ALLOW(sendmsg) ALLOW(recvmsg) ALLOW(sendmmsg) ALLOW(recvmmsg)

/* System V and POSIX message queues, semaphores, shared memory: the sandbox has an IPC namespace of its own */
ALLOW(msgget) ALLOW(msgctl) ALLOW(msgsnd) ALLOW(msgrcv) ALLOW(semget) ALLOW(semctl) ALLOW(semop) ALLOW(semtimedop) ALLOW(shmget)
ALLOW(shmctl) ALLOW(shmat) ALLOW(shmdt) ALLOW(mq_open) ALLOW(mq_unlink) ALLOW(mq_timedsend) ALLOW(mq_timedreceive) ALLOW(mq_notify)
ALLOW(mq_getsetattr)

/* Refused with EPERM rather than ENOSYS, so that the answer reads as "not here" and not as "old kernel" */
DENY(ptrace, EPERM, "a tracer can rewrite system calls of what it traces, after filters have judged them on old kernels")
DENY(process_vm_readv, EPERM, "as ptrace") DENY(process_vm_writev, EPERM, "as ptrace") DENY(process_madvise, EPERM, "as ptrace")
DENY(kcmp, EPERM, "tells kernel addresses apart") DENY(mount, EPERM, "") DENY(umount2, EPERM, "") DENY(pivot_root, EPERM, "")
DENY(chroot, EPERM, "") DENY(setns, EPERM, "") DENY(open_tree, EPERM, "") DENY(move_mount, EPERM, "") DENY(fsopen, EPERM, "")
DENY(fsconfig, EPERM, "") DENY(fsmount, EPERM, "") DENY(fspick, EPERM, "") DENY(mount_setattr, EPERM, "")
DENY(open_by_handle_at, EPERM, "reaches files past every mount") DENY(name_to_handle_at, EPERM, "its other half")
DENY(keyctl, EPERM, "keyrings are not namespaced") DENY(add_key, EPERM, "as keyctl") DENY(request_key, EPERM, "as keyctl")
DENY(bpf, EPERM, "") DENY(perf_event_open, EPERM, "measures neighbours") DENY(userfaultfd, EPERM, "stops the kernel in the middle of a copy")
DENY(fanotify_init, EPERM, "") DENY(fanotify_mark, EPERM, "") DENY(quotactl, EPERM, "") DENY(acct, EPERM, "")
DENY(swapon, EPERM, "") DENY(swapoff, EPERM, "") DENY(reboot, EPERM, "") DENY(kexec_load, EPERM, "") DENY(init_module, EPERM, "")
DENY(finit_module, EPERM, "") DENY(delete_module, EPERM, "") DENY(syslog, EPERM, "the host's kernel log") DENY(vhangup, EPERM, "")
DENY(settimeofday, EPERM, "") DENY(clock_settime, EPERM, "") DENY(adjtimex, EPERM, "") DENY(clock_adjtime, EPERM, "")
DENY(sethostname, EPERM, "") DENY(setdomainname, EPERM, "") DENY(migrate_pages, EPERM, "") DENY(move_pages, EPERM, "")
DENY(lookup_dcookie, EPERM, "") DENY(io_uring_setup, ENOSYS, "work done where no filter looks; libuv and others fall back")
DENY(io_uring_enter, ENOSYS, "as io_uring_setup") DENY(io_uring_register, ENOSYS, "as io_uring_setup")

#if defined(__x86_64__)
/* Older forms that aarch64 never had */
ALLOW(open) ALLOW(creat) ALLOW(stat) ALLOW(lstat) ALLOW(access) ALLOW(mkdir) ALLOW(rmdir) ALLOW(unlink) ALLOW(rename)
ALLOW(renameat) ALLOW(link) ALLOW(symlink) ALLOW(readlink) ALLOW(chmod) ALLOW(chown) ALLOW(lchown) ALLOW(utime) ALLOW(utimes)
ALLOW(futimesat) ALLOW(mknod) ALLOW(getdents) ALLOW(dup2) ALLOW(pipe) ALLOW(poll) ALLOW(select) ALLOW(epoll_create) ALLOW(epoll_wait)
ALLOW(eventfd) ALLOW(signalfd) ALLOW(inotify_init) ALLOW(fork) ALLOW(vfork) ALLOW(getpgrp) ALLOW(alarm) ALLOW(pause) ALLOW(time)
ALLOW(arch_prctl)
DENY(kexec_file_load, EPERM, "") DENY(iopl, EPERM, "") DENY(ioperm, EPERM, "") DENY(modify_ldt, EPERM, "16-bit segments: kernel bugs, no use")
DENY(ustat, EPERM, "") DENY(uselib, EPERM, "") DENY(_sysctl, EPERM, "") DENY(sysfs, EPERM, "")
#endif
#if defined(__aarch64__)
ALLOW(renameat)
#endif

#undef ALLOW
#undef DENY
#undef CHECK
