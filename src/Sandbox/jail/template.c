/*
 * Templates: mount namespaces that hold the read-only root and nothing else of the host. The root is made of this machine's
 * /usr and a few files of its /etc, or of an image's layers, and then of nothing of this machine but device nodes.
 *
 * An allow-list: what is not named here does not exist in a sandbox. Files of /etc are copied (a mount each would be paid
 * for by every clone), folders are bound. Everything is nosuid and nodev, but for the five device nodes.
 */
#include "jail.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/mount.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* From <sys/mount.h>, which cannot be included beside <linux/mount.h> with every C library. */
int mount(const char *source, const char *target, const char *type, unsigned long flags, const void *data);
int umount2(const char *target, int flags);
enum { DETACH = 2 };

enum { MAX_TEMPLATES = 32, MAX_COPY = 1 << 20 };

struct template {
    int namespace;
    uint64_t used;
    size_t key_length;
    uint8_t *key;
};

static struct template templates[MAX_TEMPLATES];
static uint64_t uses;
static int host_namespace = -1;
static char mount_point[PATH_MAX];
static char root[PATH_MAX]; /* the root to be: the mount point, or below it the image's */

static const char *const etc_files[] = {
    "ld.so.cache", "ld.so.conf", "ca-certificates.conf", "debian_version", "gai.conf", "host.conf", "localtime", "lsb-release",
    "locale.alias", "magic", "magic.mime", "mailcap", "mime.types", "networks", "os-release", "protocols", "redhat-release",
    "services", "system-release", "timezone", "ssl/openssl.cnf", "pki/tls/openssl.cnf",
};

static const char *const etc_folders[] = {
    "alternatives", "ca-certificates", "crypto-policies", "dotnet", "fonts", "ld.so.conf.d", "perl", "pki/ca-trust/extracted",
    "pki/java", "pki/tls/certs", "ssl/certs", "terminfo",
};

/* Folders with a version in their name: java-17-openjdk, python3.11, … */
static const char *const etc_prefixes[] = {"java", "python3", "ruby", "ImageMagick"};

static const char *const system_folders[] = {"bin", "sbin", "lib", "lib32", "lib64", "libx32"};

static const char *const devices[] = {"null", "zero", "full", "random", "urandom"};

/*
 * The two with a lib are mounted over, with an empty folder at least. Until then a dynamic linker that looks for libraries must find
 * the folders of its path: where there was none, it never looks again.
 */
static const char *const own_folders[] = {
    "/etc/ssl", "/etc/pki/tls", "/etc/pki/ca-trust", "/var/task/lib", "/var/runtime", CACHE_FOLDER, "/opt/lib", "/tmp", "/dev/shm", "/proc", "/usr",
};

static const struct {
    const char *path, *text;
} own_files[] = {
    {"/etc/passwd", "root:x:0:0:root:/root:/sbin/nologin\nnobody:x:65534:65534:nobody:/nonexistent:/sbin/nologin\n"
                    "sbx_user1051:x:993:990::/home/sbx_user1051:/sbin/nologin\n"},
    {"/etc/group", "root:x:0:\nnogroup:x:65534:\nsbx_user1051:x:990:\n"},
    {"/etc/hosts", "127.0.0.1 localhost sandbox.localdomain sandbox\n::1 localhost ip6-localhost\n"},
    {"/etc/nsswitch.conf", "passwd: files\ngroup: files\nshadow: files\nhosts: files dns\nnetworks: files\nprotocols: files\nservices: files\n"},
    {"/etc/resolv.conf", ""}, /* the host's is bound over it for a sandbox in the host's network */
    {"/etc/shells", "/bin/sh\n/bin/bash\n"},
};

static const struct {
    const char *path, *target;
} own_links[] = {
    {"/dev/fd", "/proc/self/fd"},
    {"/dev/stdin", "/proc/self/fd/0"},
    {"/dev/stdout", "/proc/self/fd/1"},
    {"/dev/stderr", "/proc/self/fd/2"},
    {"/etc/mtab", "/proc/self/mounts"},
};

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

int write_file(const char *path, const char *text)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    if (fd < 0)
        return -1;
    size_t length = strlen(text);
    ssize_t written = write(fd, text, length);
    int error = written < 0 ? errno : EIO;
    close(fd);
    errno = error;
    return written == (ssize_t)length ? 0 : -1;
}

int make_folders(const char *path)
{
    char part[PATH_MAX];
    size_t length = strnlen(path, sizeof part);
    if (length == sizeof part) {
        errno = ENAMETOOLONG;
        return -1;
    }
    for (size_t i = 1; i <= length; i++) {
        if (path[i] != '/' && path[i] != '\0')
            continue;
        memcpy(part, path, i);
        part[i] = '\0';
        if (mkdir(part, 0755) == 0)
            continue;
        int error = errno;
        struct stat what;
        if (stat(part, &what) == 0 && S_ISDIR(what.st_mode))
            continue;
        errno = error;
        return -1;
    }
    return 0;
}

static int set_attributes(int tree, unsigned depth, uint64_t attributes, int idmap)
{
    struct mount_attr attr = {.attr_set = attributes, .propagation = 1ul << 18 /* MS_PRIVATE */};
    if (idmap != NO_IDMAP) {
        attr.attr_set |= MOUNT_ATTR_IDMAP;
        attr.userns_fd = (uint32_t)idmap;
    }
    return (int)syscall(SYS_mount_setattr, tree, "", depth, &attr, sizeof attr);
}

static int copy_tree(const char *path, bool recursive, uint64_t attributes, int *idmap, struct failure *failure)
{
    unsigned flags = OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | (recursive ? (unsigned)AT_RECURSIVE : 0u);
    int tree = (int)syscall(SYS_open_tree, AT_FDCWD, path, flags);
    if (tree < 0)
        return fail(failure, "open_tree", path);
    unsigned depth = AT_EMPTY_PATH | (recursive ? (unsigned)AT_RECURSIVE : 0u);
    int result = set_attributes(tree, depth, attributes, *idmap);
    /* File systems that cannot say EINVAL, mounts that are idmapped already and containers' own say EPERM. */
    if (result < 0 && *idmap != NO_IDMAP && (errno == EINVAL || errno == EPERM || errno == EOPNOTSUPP)) {
        *idmap = NO_IDMAP;
        result = set_attributes(tree, depth, attributes, NO_IDMAP);
    }
    if (result < 0) {
        fail(failure, "mount_setattr", path);
        close(tree);
        return -1;
    }
    return tree;
}

static const uint64_t sealed = MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV;

int tree_open(const char *path, bool recursive, struct failure *failure)
{
    int idmap = NO_IDMAP;
    return copy_tree(path, recursive, sealed, &idmap, failure);
}

int tree_open_owned(const char *path, int idmap, bool *plain, struct failure *failure)
{
    int used = idmap;
    int tree = copy_tree(path, false, sealed, &used, failure);
    *plain = used != idmap;
    return tree;
}

int tree_attach(int tree, const char *to, struct failure *failure)
{
    if (syscall(SYS_move_mount, tree, "", AT_FDCWD, to, MOVE_MOUNT_F_EMPTY_PATH) < 0)
        return fail(failure, "move_mount", to);
    return 0;
}

/*
 * Layers as descriptors: no folder is needed to name them by, and none must go afterwards; an umount waits until no processor reads
 * mounts any more (RCU), which is longer than all the rest. Detached trees can be merged since Linux 6.15.
 */
int tree_merge(const int *trees, uint32_t count)
{
    static bool is_known_not_to_work;
    if (is_known_not_to_work)
        return -1;
    int context = (int)syscall(SYS_fsopen, "overlay", FSOPEN_CLOEXEC);
    bool made = context >= 0 && syscall(SYS_fsconfig, context, FSCONFIG_SET_STRING, "source", "overlay", 0) == 0
        && syscall(SYS_fsconfig, context, FSCONFIG_SET_FLAG, "ro", NULL, 0) == 0
        && (!jail.rootless || syscall(SYS_fsconfig, context, FSCONFIG_SET_FLAG, "userxattr", NULL, 0) == 0);
    for (uint32_t i = count; made && i-- > 0;) /* the topmost first */
        made = syscall(SYS_fsconfig, context, FSCONFIG_SET_FD, "lowerdir+", NULL, trees[i]) == 0;
    made = made && syscall(SYS_fsconfig, context, FSCONFIG_CMD_CREATE, NULL, NULL, 0) == 0;
    int tree = made ? (int)syscall(SYS_fsmount, context, FSMOUNT_CLOEXEC, sealed) : -1;
    is_known_not_to_work = tree < 0;
    if (context >= 0)
        close(context);
    return tree;
}

static int bind_tree(const char *from, const char *to, bool recursive, uint64_t attributes, struct failure *failure)
{
    int idmap = NO_IDMAP, tree = copy_tree(from, recursive, attributes, &idmap, failure);
    if (tree < 0)
        return -1;
    int result = tree_attach(tree, to, failure);
    close(tree);
    return result;
}

/* The new root as seen before it is the root. */
static const char *inside(char *buffer, const char *path)
{
    int length = snprintf(buffer, PATH_MAX, "%s%s", root, path);
    return length < PATH_MAX ? buffer : "/nonexistent";
}

/* A mount of its own at /tmp, for what a sandbox needs only while it is made; it goes with all that was mounted in it. */
static int make_scaffold(struct failure *failure)
{
    char path[PATH_MAX], name[32] = "/tmp/proc";
    if (mount("lamina", inside(path, "/tmp"), "tmpfs", 2 | 4, "mode=0700,size=64k") < 0) /* MS_NOSUID | MS_NODEV */
        return fail(failure, "mount tmpfs", "/tmp");
    if (mkdir(inside(path, name), 0755) < 0)
        return fail(failure, "mkdir", name);
    for (unsigned i = 0; i < MAX_LAYERS; i++) { /* short names for overlay's lowerdir */
        snprintf(name, sizeof name, "/tmp/%u", i);
        if (mkdir(inside(path, name), 0755) < 0)
            return fail(failure, "mkdir", name);
    }
    return 0;
}

static int make_skeleton(struct failure *failure)
{
    char path[PATH_MAX];
    for (size_t i = 0; i < COUNT(own_folders); i++)
        if (make_folders(inside(path, own_folders[i])) < 0)
            return fail(failure, "mkdir", own_folders[i]);
    for (size_t i = 0; i < COUNT(own_files); i++)
        if (write_file(inside(path, own_files[i].path), own_files[i].text) < 0)
            return fail(failure, "write", own_files[i].path);
    for (size_t i = 0; i < COUNT(own_links); i++)
        if (symlink(own_links[i].target, inside(path, own_links[i].path)) < 0)
            return fail(failure, "symlink", own_links[i].path);
    return 0;
}

static int bind_system(struct failure *failure)
{
    char from[PATH_MAX], to[PATH_MAX], target[PATH_MAX];
    const uint64_t attributes = MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV;
    if (bind_tree("/usr", inside(to, "/usr"), true, attributes, failure) < 0)
        return -1;
    for (size_t i = 0; i < COUNT(system_folders); i++) {
        snprintf(from, sizeof from, "/%s", system_folders[i]);
        inside(to, from);
        struct stat what;
        if (lstat(from, &what) < 0)
            continue;
        if (S_ISLNK(what.st_mode)) {
            ssize_t length = readlink(from, target, sizeof target - 1);
            target[length < 0 ? 0 : length] = '\0';
            if (length < 0 || symlink(target, to) < 0)
                return fail(failure, "symlink", from);
        } else if (mkdir(to, 0755) < 0) {
            return fail(failure, "mkdir", from);
        } else if (bind_tree(from, to, true, attributes, failure) < 0) {
            return -1;
        }
    }
    return 0;
}

static int bind_device_nodes(struct failure *failure)
{
    char from[PATH_MAX], to[PATH_MAX];
    for (size_t i = 0; i < COUNT(devices); i++) {
        snprintf(from, sizeof from, "/dev/%s", devices[i]);
        if (bind_tree(from, inside(to, from), false, MOUNT_ATTR_NOSUID | MOUNT_ATTR_NOEXEC, failure) < 0)
            return -1;
    }
    return 0;
}

static int bind_devices(struct failure *failure)
{
    char name[32], to[PATH_MAX];
    for (size_t i = 0; i < COUNT(devices); i++) {
        snprintf(name, sizeof name, "/dev/%s", devices[i]);
        if (write_file(inside(to, name), "") < 0)
            return fail(failure, "create", name);
    }
    return bind_device_nodes(failure);
}

/* A host file that is absent, unreadable or oddly large is left out: nothing in /etc is needed to start a program. */
static void copy_etc_file(const char *name)
{
    char from[PATH_MAX], path[PATH_MAX], to[PATH_MAX];
    snprintf(path, sizeof path, "/etc/%s", name);
    snprintf(from, sizeof from, "%s", path);
    int source = open(from, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    struct stat what;
    if (source < 0)
        return;
    if (fstat(source, &what) == 0 && S_ISREG(what.st_mode) && what.st_size <= MAX_COPY) {
        char *slash = strrchr(inside(to, path), '/');
        *slash = '\0';
        bool made = make_folders(to) == 0;
        *slash = '/';
        int copy = made ? open(to, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644) : -1;
        char buffer[16384];
        ssize_t length;
        while (copy >= 0 && (length = read(source, buffer, sizeof buffer)) > 0)
            if (write(copy, buffer, (size_t)length) != length)
                break;
        if (copy >= 0)
            close(copy);
    }
    close(source);
}

static void bind_etc_folder(const char *name)
{
    char path[PATH_MAX], to[PATH_MAX];
    struct stat what;
    struct failure ignored;
    snprintf(path, sizeof path, "/etc/%s", name);
    if (stat(path, &what) < 0 || !S_ISDIR(what.st_mode) || make_folders(inside(to, path)) < 0)
        return;
    (void)bind_tree(path, to, false, MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV, &ignored);
}

static void fill_etc(void)
{
    for (size_t i = 0; i < COUNT(etc_files); i++)
        copy_etc_file(etc_files[i]);
    for (size_t i = 0; i < COUNT(etc_folders); i++)
        bind_etc_folder(etc_folders[i]);
    DIR *etc = opendir("/etc");
    if (etc == NULL)
        return;
    for (struct dirent *entry; (entry = readdir(etc)) != NULL;)
        for (size_t i = 0; i < COUNT(etc_prefixes); i++)
            if (strncmp(entry->d_name, etc_prefixes[i], strlen(etc_prefixes[i])) == 0)
                bind_etc_folder(entry->d_name);
    closedir(etc);
}

/* The host's trees are opened before the root changes and attached after it, so that a link inside cannot lead outside. */
static int attach_binds(const struct plan *plan, const int *trees, struct failure *failure)
{
    for (uint32_t i = 0; i < plan->bind_count; i++) {
        const char *to = plan->binds[i].to;
        struct stat from, at;
        if (fstat(trees[i], &from) < 0)
            return fail(failure, "stat", plan->binds[i].from);
        if (stat(to, &at) < 0) {
            char parent[PATH_MAX];
            size_t length = (size_t)(strrchr(to, '/') - to);
            memcpy(parent, to, length);
            parent[length] = '\0';
            if (length > 0 && make_folders(parent) < 0)
                return fail(failure, "mkdir", parent);
            if ((S_ISDIR(from.st_mode) ? mkdir(to, 0755) : write_file(to, "")) < 0)
                return fail(failure, "create", to);
        }
        if (tree_attach(trees[i], to, failure) < 0)
            return -1;
    }
    return 0;
}

static int make_machine_root(struct failure *failure)
{
    strcpy(root, mount_point);
    if (mount("lamina", mount_point, "tmpfs", 2 | 4, "mode=0755,size=16m,nr_inodes=16k") < 0) /* MS_NOSUID | MS_NODEV */
        return fail(failure, "mount tmpfs", mount_point);
    if (make_skeleton(failure) < 0 || make_scaffold(failure) < 0 || bind_system(failure) < 0 || bind_devices(failure) < 0)
        return -1;
    fill_etc();
    return 0;
}

/* Mount points: what must be there whatever the image says lies above its layers, what it may have as a link of its own below. */
static int make_image_frame(struct failure *failure)
{
    static const char *const above[] = {"/dev/shm", "/etc", "/proc", "/tmp"}, *const below[] = {"/opt", "/var/task", "/var/runtime"};
    char path[PATH_MAX];
    snprintf(root, sizeof root, "%s/above", mount_point);
    for (size_t i = 0; i < COUNT(above); i++)
        if (make_folders(inside(path, above[i])) < 0)
            return fail(failure, "mkdir", above[i]);
    for (size_t i = 0; i < COUNT(own_files); i++)
        if ((strcmp(own_files[i].path, "/etc/hosts") == 0 || strcmp(own_files[i].path, "/etc/resolv.conf") == 0)
            && write_file(inside(path, own_files[i].path), own_files[i].text) < 0)
            return fail(failure, "write", own_files[i].path);
    for (size_t i = 0; i < COUNT(own_links); i++)
        if (strncmp(own_links[i].path, "/dev/", 5) == 0 && symlink(own_links[i].target, inside(path, own_links[i].path)) < 0)
            return fail(failure, "symlink", own_links[i].path);
    for (size_t i = 0; i < COUNT(devices); i++) {
        char name[32];
        snprintf(name, sizeof name, "/dev/%s", devices[i]);
        if (write_file(inside(path, name), "") < 0)
            return fail(failure, "create", name);
    }
    snprintf(root, sizeof root, "%s/below", mount_point);
    for (size_t i = 0; i < COUNT(below); i++)
        if (make_folders(inside(path, below[i])) < 0)
            return fail(failure, "mkdir", below[i]);
    snprintf(root, sizeof root, "%s/root", mount_point);
    return mkdir(root, 0755) < 0 ? fail(failure, "mkdir", root) : 0;
}

/*
 * Always two layers at least, as overlayfs wants them. Names relative to the working directory keep the options short. An image's
 * whiteouts need no right to be made, its opaque folders are marked in user.*: hence userxattr, as root too.
 */
static int make_image_root(const struct plan *plan, const int *layers, struct failure *failure)
{
    char at[32], options[MAX_ROOT_LAYERS * 5 + 64] = "userxattr,lowerdir=above";
    if (mount("lamina", mount_point, "tmpfs", 2 | 4, "mode=0755,size=1m,nr_inodes=1k") < 0) /* MS_NOSUID | MS_NODEV */
        return fail(failure, "mount tmpfs", mount_point);
    if (make_image_frame(failure) < 0)
        return -1;
    if (chdir(mount_point) < 0)
        return fail(failure, "chdir", mount_point);
    for (uint32_t i = plan->root_count; i-- > 0;) {
        snprintf(at, sizeof at, "%u", i);
        if (mkdir(at, 0755) < 0)
            return fail(failure, "mkdir", at);
        if (tree_attach(layers[i], at, failure) < 0) {
            snprintf(failure->path, sizeof failure->path, "%s", plan->root_layers[i]);
            return -1;
        }
        strcat(strcat(options, ":"), at);
    }
    strcat(options, ":below");
    if (mount("overlay", root, "overlay", 1 | 2 | 4, options) < 0) /* MS_RDONLY | MS_NOSUID | MS_NODEV */
        return fail(failure, "mount overlay", "image");
    return make_scaffold(failure) < 0 || bind_device_nodes(failure) < 0 ? -1 : 0;
}

static int make_root(const struct plan *plan, const int *bind_trees, const int *layers, struct failure *failure)
{
    char path[PATH_MAX];
    if (mount("none", "/", NULL, 1ul << 18 | 1ul << 14, NULL) < 0) /* MS_PRIVATE | MS_REC */
        return fail(failure, "make private", "/");
    if ((plan->root_count > 0 ? make_image_root(plan, layers, failure) : make_machine_root(failure)) < 0)
        return -1;
    /* An own /proc may only be mounted where a whole one is visible already (mount_too_revealing in fs/namespace.c). */
    if (bind_tree("/proc", inside(path, "/tmp/proc"), true, 0, failure) < 0)
        return -1;
    if (chdir(root) < 0 || syscall(SYS_pivot_root, ".", ".") < 0)
        return fail(failure, "pivot_root", root);
    if (umount2(".", DETACH) < 0 || chdir("/") < 0)
        return fail(failure, "umount", "old root");
    if (attach_binds(plan, bind_trees, failure) < 0)
        return -1;
    struct mount_attr seal = {.attr_set = MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV};
    if (syscall(SYS_mount_setattr, AT_FDCWD, "/", 0, &seal, sizeof seal) < 0)
        return fail(failure, "mount_setattr", "/");
    return 0;
}

static int make_template(const struct plan *plan, struct failure *failure)
{
    int trees[MAX_BINDS], layers[MAX_ROOT_LAYERS], result = 0, made = -1;
    uint32_t opened = 0, opened_layers = 0;
    while (opened_layers < plan->root_count && result == 0)
        if ((layers[opened_layers] = tree_open(plan->root_layers[opened_layers], false, failure)) < 0)
            result = -1;
        else
            opened_layers++;
    while (opened < plan->bind_count && result == 0)
        if ((trees[opened] = tree_open(plan->binds[opened].from, true, failure)) < 0)
            result = -1;
        else
            opened++;
    if (result == 0 && unshare(CLONE_NEWNS) < 0)
        result = fail(failure, "unshare", "mount namespace");
    if (result == 0 && (result = make_root(plan, trees, layers, failure)) == 0)
        if ((made = open("/tmp/proc/self/ns/mnt", O_RDONLY | O_CLOEXEC)) < 0)
            result = fail(failure, "open", "template namespace");
    while (opened > 0)
        close(trees[--opened]);
    while (opened_layers > 0)
        close(layers[--opened_layers]);
    if (setns(host_namespace, CLONE_NEWNS) < 0) { /* without its own namespace the jail is of no use: let the server start another */
        perror("lamina-jail: setns to its own mount namespace");
        _exit(70);
    }
    return result == 0 ? made : -1;
}

int template_for(const struct plan *plan, struct failure *failure)
{
    struct template *oldest = &templates[0];
    for (struct template *it = templates; it < templates + MAX_TEMPLATES; it++) {
        if (it->key != NULL && it->key_length == plan->template_length && memcmp(it->key, plan->template_bytes, plan->template_length) == 0) {
            it->used = ++uses;
            return it->namespace;
        }
        if (it->used < oldest->used)
            oldest = it;
    }
    uint8_t *key = malloc(plan->template_length);
    if (key == NULL)
        return fail(failure, "malloc", "template");
    int namespace = make_template(plan, failure);
    if (namespace < 0) {
        free(key);
        return -1;
    }
    memcpy(key, plan->template_bytes, plan->template_length);
    if (oldest->key != NULL)
        close(oldest->namespace);
    free(oldest->key);
    *oldest = (struct template){.namespace = namespace, .used = ++uses, .key_length = plan->template_length, .key = key};
    return namespace;
}

void templates_open(const char *run_directory)
{
    snprintf(mount_point, sizeof mount_point, "%s/root", run_directory);
    host_namespace = open("/proc/self/ns/mnt", O_RDONLY | O_CLOEXEC);
}
