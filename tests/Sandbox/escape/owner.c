/*
 * What a function could try with files that look like its own. Argument: a folder with "secret", "closed/deep" and "tool".
 * One line each: "name refused", or what came instead. Refused: EROFS, and EXDEV for links to other mounts, EACCES for leases
 * and for opening again what was opened for reading.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/xattr.h>
#include <unistd.h>

static void tell(const char *name, long result, int expected)
{
    int error = errno;
    if (result < 0 && error == expected)
        printf("%s refused\n", name);
    else
        printf("%s %ld errno %d (%s)\n", name, result, result < 0 ? error : 0, result < 0 ? strerror(error) : "worked");
}

#define TRY(name, expected, call) do { errno = 0; long result_ = (long)(call); tell(name, result_, expected); } while (0)

static void by_name(void)
{
    struct timespec times[2] = {{1, 0}, {1, 0}};
    TRY("open for writing", EROFS, open("secret", O_WRONLY));
    TRY("open for both", EROFS, open("secret", O_RDWR));
    TRY("open and cut", EROFS, open("secret", O_RDONLY | O_TRUNC));
    TRY("open to append", EROFS, open("secret", O_WRONLY | O_APPEND));
    TRY("create", EROFS, open("new", O_WRONLY | O_CREAT, 0644));
    TRY("create in a closed folder", EROFS, open("closed/new", O_WRONLY | O_CREAT, 0644));
    TRY("nameless file", EROFS, open(".", O_WRONLY | O_TMPFILE, 0600));
    TRY("truncate", EROFS, truncate("secret", 0));
    TRY("chmod", EROFS, chmod("secret", 0666));
    TRY("chmod tool", EROFS, chmod("tool", 06777));
    TRY("chmod folder", EROFS, chmod("closed", 0777));
    TRY("chmod .", EROFS, chmod(".", 0777));
    TRY("fchmodat2", EROFS, syscall(452, AT_FDCWD, "secret", 0666, 0));
    TRY("chown to self", EROFS, chown("secret", getuid(), getgid()));
    TRY("utime", EROFS, utimensat(AT_FDCWD, "secret", times, 0));
    TRY("touch", EROFS, utimensat(AT_FDCWD, "secret", NULL, 0));
    TRY("setxattr", EROFS, setxattr("secret", "user.x", "x", 1, 0));
    TRY("removexattr", EROFS, removexattr("secret", "user.x"));
    TRY("unlink", EROFS, unlink("secret"));
    TRY("rename", EROFS, rename("secret", "other"));
    TRY("mkdir", EROFS, mkdir("folder", 0755));
    TRY("rmdir", EROFS, rmdir("closed"));
    TRY("symlink", EROFS, symlink("secret", "link"));
    TRY("link", EROFS, link("secret", "link"));
    TRY("link to /tmp", EXDEV, link("secret", "/tmp/link"));
    TRY("rename to /tmp", EXDEV, rename("secret", "/tmp/moved"));
}

static void by_descriptor(void)
{
    char again[64], path[64];
    struct timespec times[2] = {{1, 0}, {1, 0}};
    int fd = open("secret", O_RDONLY), handle = open("secret", O_PATH), folder = open("closed", O_PATH | O_DIRECTORY);
    snprintf(again, sizeof again, "/proc/self/fd/%d", fd);
    snprintf(path, sizeof path, "/proc/self/fd/%d", handle);
    TRY("fchmod", EROFS, fchmod(fd, 0666));
    TRY("fchown", EROFS, fchown(fd, getuid(), getgid()));
    TRY("futimens", EROFS, futimens(fd, times));
    TRY("fsetxattr", EROFS, fsetxattr(fd, "user.x", "x", 1, 0));
    TRY("ftruncate", EINVAL, ftruncate(fd, 0));
    TRY("write", EBADF, write(fd, "x", 1));
    TRY("map shared for writing", EACCES, mmap(NULL, 1, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0) == MAP_FAILED ? -1 : 0);
    TRY("fallocate", EBADF, fallocate(fd, 0, 0, 4096));
    TRY("reopen for writing", EROFS, open(again, O_WRONLY));
    TRY("reopen and cut", EROFS, open(again, O_RDONLY | O_TRUNC));
    TRY("reopen a path handle for writing", EROFS, open(path, O_RDWR));
    TRY("chmod by /proc", EROFS, chmod(again, 0666));
    TRY("chmod a path handle by /proc", EROFS, chmod(path, 0666));
    TRY("fchmod a path handle", EBADF, fchmod(handle, 0666));
    TRY("chmod a path handle by empty path", EROFS, syscall(452, handle, "", 0666, AT_EMPTY_PATH));
    TRY("chown a path handle by empty path", EROFS, fchownat(handle, "", getuid(), getgid(), AT_EMPTY_PATH));
    TRY("utime a path handle by empty path", EROFS, syscall(SYS_utimensat, handle, "", times, AT_EMPTY_PATH));
    TRY("truncate by /proc", EROFS, truncate(again, 0));
    TRY("link a descriptor to /tmp", EXDEV, linkat(AT_FDCWD, again, AT_FDCWD, "/tmp/link", AT_SYMLINK_FOLLOW));
    TRY("create below a folder's handle", EROFS, openat(folder, "new", O_WRONLY | O_CREAT, 0600));
    TRY("unlink below a folder's handle", EROFS, unlinkat(folder, "deep", 0));
    int flags = FS_NODUMP_FL;
    TRY("set flags", EROFS, ioctl(fd, FS_IOC_SETFLAGS, &flags));
    TRY("read lease", EACCES, fcntl(fd, F_SETLEASE, F_RDLCK));
    TRY("write lease", EACCES, fcntl(fd, F_SETLEASE, F_WRLCK));
    TRY("delegation", EACCES, fcntl(fd, 1040, NULL));
}

int main(int argc, char **argv)
{
    if (argc != 2 || chdir(argv[1]) < 0)
        return 2;
    by_name();
    by_descriptor();
    return 0;
}
