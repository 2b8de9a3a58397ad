/*
 * cgroups: v2 where memory and pids can be had there, else v1 per controller, else none (rlimits then).
 *
 * Every sandbox has a folder PLACE/lamina-KEY/ID. KEY stands for the server's run folder, so that leftovers are
 * recognisably ours; the places used are written to RUN/cgroups, because the next start may happen in another cgroup.
 */
#include "jail.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <time.h>
#include <unistd.h>

enum { V1_MAGIC = 0x27e0eb, V2_MAGIC = 0x63677270 };

static const char *const names[CG_COUNT] = {"memory", "cpu", "pids", "cpuacct", "freezer"};

static int version;
static char places[CG_COUNT][PATH_MAX]; /* "" = the controller is not to be had; with v2 all are the same folder */

int cgroup_version(void) { return version; }

unsigned cgroup_controllers(void)
{
    unsigned bits = 0;
    for (unsigned i = 0; i < CG_COUNT; i++)
        bits |= places[i][0] != '\0' ? 1u << i : 0u;
    return bits;
}

/* The same folder may serve several controllers (v2; cpu,cpuacct): do things to it once. */
static bool is_first(unsigned i)
{
    if (places[i][0] == '\0')
        return false;
    for (unsigned j = 0; j < i; j++)
        if (strcmp(places[i], places[j]) == 0)
            return false;
    return true;
}

static bool has_word(const char *list, const char *word, const char *separators)
{
    size_t length = strlen(word);
    for (const char *at = list; *at != '\0';) {
        size_t span = strcspn(at, separators);
        if (span == length && memcmp(at, word, length) == 0)
            return true;
        at += span;
        at += *at != '\0';
    }
    return false;
}

static ssize_t read_text_file(const char *path, char *text, size_t size)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return -1;
    ssize_t length = read(fd, text, size - 1);
    text[length < 0 ? 0 : length] = '\0';
    close(fd);
    return length;
}

static int write_existing(const char *path, const char *text)
{
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    if (fd < 0)
        return -1;
    size_t length = strlen(text);
    ssize_t written = write(fd, text, length);
    int error = errno;
    close(fd);
    errno = error;
    return written == (ssize_t)length ? 0 : -1;
}

/* Where our own cgroup of one hierarchy is mounted: /proc/self/cgroup says which, /proc/self/mountinfo where. */
static bool own_cgroup(const char *controller, char *path)
{
    char line[PATH_MAX], own[PATH_MAX] = "", list[PATH_MAX], of[PATH_MAX], root[PATH_MAX], point[PATH_MAX], type[64], options[PATH_MAX];
    bool v2 = controller == NULL, found = false;
    FILE *file = fopen("/proc/self/cgroup", "re");
    while (file != NULL && fgets(line, sizeof line, file) != NULL) {
        list[0] = of[0] = '\0';
        if (sscanf(line, "0::%4095[^\n]", of) == 1 ? v2
            : sscanf(line, "%*u:%4095[^:]:%4095[^\n]", list, of) == 2 && !v2 && has_word(list, controller, ","))
            snprintf(own, sizeof own, "%s", of);
    }
    if (file != NULL)
        fclose(file);
    file = own[0] != '\0' ? fopen("/proc/self/mountinfo", "re") : NULL;
    while (file != NULL && !found && fgets(line, sizeof line, file) != NULL) {
        const char *rest = strstr(line, " - ");
        if (rest == NULL || sscanf(line, "%*u %*u %*s %4095s %4095s", root, point) != 2
            || sscanf(rest, " - %63s %*s %4095s", type, options) != 2
            || strcmp(type, v2 ? "cgroup2" : "cgroup") != 0 || (!v2 && !has_word(options, controller, ",")))
            continue;
        size_t skip = strcmp(root, "/") == 0 ? 0 : strlen(root);
        if (strncmp(own, root, skip) != 0)
            continue;
        snprintf(path, PATH_MAX, "%s%s", point, strcmp(own + skip, "/") == 0 ? "" : own + skip);
        found = true;
    }
    if (file != NULL)
        fclose(file);
    return found;
}

/* ---- leftovers -------------------------------------------------------------------------------------------------------- */
static void kill_members(const char *folder)
{
    char path[PATH_MAX];
    snprintf(path, sizeof path, "%s/cgroup.procs", folder);
    FILE *file = fopen(path, "re");
    for (int pid; file != NULL && fscanf(file, "%d", &pid) == 1;)
        if (pid > 1)
            kill(pid, SIGKILL);
    if (file != NULL)
        fclose(file);
    snprintf(path, sizeof path, "%s/freezer.state", folder);
    (void)write_existing(path, "THAWED");
}

/* A cgroup stays busy until its last member has been reaped, which the kernel does on its own time. */
static bool remove_folder(const char *folder, bool patient)
{
    for (int attempt = 0;; attempt++) {
        if (rmdir(folder) == 0 || errno == ENOENT)
            return true;
        if (errno != EBUSY || !patient || attempt == 1000)
            return false;
        kill_members(folder);
        nanosleep(&(struct timespec){.tv_nsec = 2000000}, NULL);
    }
}

static void remove_place(const char *place)
{
    DIR *folder = opendir(place);
    if (folder == NULL)
        return;
    char path[PATH_MAX];
    for (struct dirent *entry; (entry = readdir(folder)) != NULL;)
        if (entry->d_type == DT_DIR && entry->d_name[0] != '.') {
            snprintf(path, sizeof path, "%s/%s", place, entry->d_name);
            (void)remove_folder(path, true);
        }
    closedir(folder);
    (void)remove_folder(place, true);
}

static void remove_leftovers(const char *list, const char *key)
{
    char line[PATH_MAX], name[128];
    snprintf(name, sizeof name, "/lamina-%s", key);
    FILE *file = fopen(list, "re");
    while (file != NULL && fgets(line, sizeof line, file) != NULL) {
        line[strcspn(line, "\n")] = '\0';
        size_t length = strlen(line), tail = strlen(name);
        struct statfs what;
        if (length > tail && strcmp(line + length - tail, name) == 0 && statfs(line, &what) == 0
            && (what.f_type == V1_MAGIC || what.f_type == V2_MAGIC))
            remove_place(line);
    }
    if (file != NULL)
        fclose(file);
}

/* ---- choosing a place ------------------------------------------------------------------------------------------------- */
static bool take_place(const char *parent, const char *key, char *place)
{
    snprintf(place, PATH_MAX, "%s/lamina-%s", parent, key);
    if (strlen(place) > PATH_MAX - 128)
        return false;
    remove_place(place);
    return mkdir(place, 0755) == 0;
}

static bool offers(const char *folder, const char *file, const char *word)
{
    char path[PATH_MAX], text[512];
    snprintf(path, sizeof path, "%s/%s", folder, file);
    return read_text_file(path, text, sizeof text) > 0 && has_word(text, word, " \n");
}

static void enable(const char *folder)
{
    char path[PATH_MAX], word[32];
    snprintf(path, sizeof path, "%s/cgroup.subtree_control", folder);
    for (unsigned i = CG_MEMORY; i <= CG_PIDS; i++) {
        snprintf(word, sizeof word, "+%s", names[i]);
        (void)write_existing(path, word);
    }
}

/* A delegated cgroup that holds nobody but the server and us: both move to a leaf, then it may have children with controllers. */
static void move_to_leaf(const char *folder)
{
    char path[PATH_MAX], leaf[PATH_MAX], text[64];
    pid_t members[2] = {getppid(), getpid()};
    snprintf(path, sizeof path, "%s/cgroup.procs", folder);
    FILE *file = fopen(path, "re");
    bool ours = file != NULL;
    for (int pid; file != NULL && fscanf(file, "%d", &pid) == 1;)
        ours = ours && (pid == members[0] || pid == members[1]);
    if (file != NULL)
        fclose(file);
    snprintf(leaf, sizeof leaf, "%s/lamina-server", folder);
    if (!ours || (mkdir(leaf, 0755) < 0 && errno != EEXIST))
        return;
    strcat(leaf, "/cgroup.procs");
    for (int i = 0; i < 2; i++) {
        snprintf(text, sizeof text, "%d", members[i]);
        (void)write_existing(leaf, text);
    }
}

/*
 * v2: a cgroup with members may not give controllers to its children, and ours has us in it. So: our own cgroup if it can
 * be made to, else the nearest cgroup above whose children have controllers already.
 */
static bool choose_v2(const char *key)
{
    char folder[PATH_MAX], place[PATH_MAX];
    if (!own_cgroup(NULL, folder) || strlen(folder) > PATH_MAX - 256)
        return false;
    if (offers(folder, "cgroup.controllers", "memory")) {
        enable(folder);
        if (!offers(folder, "cgroup.subtree_control", "memory")) {
            move_to_leaf(folder);
            enable(folder);
        }
    }
    for (;;) {
        if (offers(folder, "cgroup.subtree_control", "memory") && offers(folder, "cgroup.subtree_control", "pids")
            && take_place(folder, key, place)) {
            enable(place);
            if (offers(place, "cgroup.subtree_control", "memory"))
                break;
            rmdir(place);
        }
        char *slash = strrchr(folder, '/');
        struct statfs what;
        if (slash == NULL || slash == folder)
            return false;
        *slash = '\0';
        if (statfs(folder, &what) < 0 || what.f_type != V2_MAGIC)
            return false;
    }
    version = 2;
    for (unsigned i = CG_MEMORY; i <= CG_PIDS; i++)
        if (offers(place, "cgroup.subtree_control", names[i]))
            strcpy(places[i], place);
    strcpy(places[CG_CPUACCT], place); /* cpu.stat counts and cgroup.freeze stops without a controller */
    char freeze[PATH_MAX + 16];
    snprintf(freeze, sizeof freeze, "%s/cgroup.freeze", place);
    if (access(freeze, W_OK) == 0)
        strcpy(places[CG_FREEZER], place);
    return true;
}

static void choose_v1(const char *key)
{
    char folder[PATH_MAX];
    for (unsigned i = 0; i < CG_COUNT; i++) {
        if (!own_cgroup(names[i], folder))
            continue;
        snprintf(places[i], PATH_MAX, "%s/lamina-%s", folder, key);
        bool first = is_first(i);
        if (first && !take_place(folder, key, places[i]))
            places[i][0] = '\0';
        else
            version = 1;
    }
}

void cgroups_open(const char *run_directory, const char *key)
{
    char list[PATH_MAX];
    snprintf(list, sizeof list, "%s/cgroups", run_directory);
    remove_leftovers(list, key);
    if (!choose_v2(key))
        choose_v1(key);
    FILE *file = fopen(list, "we");
    for (unsigned i = 0; file != NULL && i < CG_COUNT; i++)
        if (is_first(i))
            fprintf(file, "%s\n", places[i]);
    if (file != NULL)
        fclose(file);
}

void cgroups_close(void)
{
    for (unsigned i = 0; i < CG_COUNT; i++)
        if (is_first(i))
            remove_place(places[i]);
}

/* ---- one sandbox ------------------------------------------------------------------------------------------------------ */
static const char *file_of(char *path, enum controller controller, const char *id, const char *name)
{
    snprintf(path, PATH_MAX, "%s/%s/%s", places[controller], id, name);
    return path;
}

static int set(enum controller controller, const char *id, const char *name, uint64_t value, struct failure *failure)
{
    char path[PATH_MAX], text[32];
    snprintf(text, sizeof text, "%llu", (unsigned long long)value);
    return write_existing(file_of(path, controller, id, name), text) < 0 ? fail(failure, "write limit", path) : 0;
}

/* What lies in /tmp is charged too, but is not the function's memory; the server watches the finer line between the two. */
static int limit_memory(const struct plan *plan, struct failure *failure)
{
    struct failure ignored;
    uint64_t most = plan->memory_bytes + plan->tmp_bytes;
    if (version == 2) {
        (void)set(CG_MEMORY, plan->id, "memory.swap.max", 0, &ignored); /* absent without swap accounting */
        (void)set(CG_MEMORY, plan->id, "memory.oom.group", 1, &ignored);
        return set(CG_MEMORY, plan->id, "memory.max", most, failure);
    }
    (void)set(CG_MEMORY, plan->id, "memory.swappiness", 0, &ignored);
    if (set(CG_MEMORY, plan->id, "memory.limit_in_bytes", most, failure) < 0)
        return -1;
    (void)set(CG_MEMORY, plan->id, "memory.memsw.limit_in_bytes", most, &ignored);
    return 0;
}

static int limit_cpu(const struct plan *plan, struct failure *failure)
{
    if (version == 2) {
        char path[PATH_MAX], text[64];
        snprintf(text, sizeof text, "%u %u", plan->cpu_quota_us, plan->cpu_period_us);
        return write_existing(file_of(path, CG_CPU, plan->id, "cpu.max"), text) < 0 ? fail(failure, "write limit", path) : 0;
    }
    return set(CG_CPU, plan->id, "cpu.cfs_period_us", plan->cpu_period_us, failure) < 0 ? -1
        : set(CG_CPU, plan->id, "cpu.cfs_quota_us", plan->cpu_quota_us, failure);
}

static int open_file(enum controller controller, const char *id, const char *v1, const char *v2, int access)
{
    char path[PATH_MAX];
    if (places[controller][0] == '\0')
        return -1;
    return open(file_of(path, controller, id, version == 2 ? v2 : v1), access | O_CLOEXEC);
}

static int open_reading(enum controller controller, const char *id, const char *v1, const char *v2)
{
    return open_file(controller, id, v1, v2, O_RDONLY);
}

int cgroup_make(const struct plan *plan, struct readings *readings, struct failure *failure)
{
    char path[PATH_MAX];
    *readings = (struct readings){-1, -1, -1, -1, -1, -1};
    for (unsigned i = 0; i < CG_COUNT; i++)
        if (is_first(i) && mkdir(file_of(path, i, plan->id, ""), 0755) < 0)
            return fail(failure, "mkdir", path);
    if (places[CG_MEMORY][0] && limit_memory(plan, failure) < 0)
        return -1;
    if (places[CG_CPU][0] && limit_cpu(plan, failure) < 0)
        return -1;
    if (places[CG_PIDS][0] && set(CG_PIDS, plan->id, "pids.max", (uint64_t)plan->processes + 1, failure) < 0) /* and init */
        return -1;
    readings->memory_stat = open_reading(CG_MEMORY, plan->id, "memory.stat", "memory.stat");
    readings->memory_peak = open_reading(CG_MEMORY, plan->id, "memory.max_usage_in_bytes", "memory.peak");
    readings->oom = open_reading(CG_MEMORY, plan->id, "memory.oom_control", "memory.events");
    readings->cpu = open_reading(CG_CPUACCT, plan->id, "cpuacct.usage", "cpu.stat");
    readings->cpu_limit = open_file(CG_CPU, plan->id, "cpu.cfs_quota_us", "cpu.max", O_WRONLY);
    readings->freezer = open_file(CG_FREEZER, plan->id, "freezer.state", "cgroup.freeze", O_WRONLY);
    return 0;
}

/* The one file may never say more than the other, whichever way both go. */
int cgroup_limit_memory(const char *id, uint64_t bytes, struct failure *failure)
{
    struct failure ignored;
    if (!places[CG_MEMORY][0])
        return 0;
    if (version == 2)
        return set(CG_MEMORY, id, "memory.max", bytes, failure);
    const bool both = set(CG_MEMORY, id, "memory.memsw.limit_in_bytes", bytes, &ignored) == 0; /* not below the other */
    if (set(CG_MEMORY, id, "memory.limit_in_bytes", bytes, failure) < 0)
        return -1;
    if (!both)
        (void)set(CG_MEMORY, id, "memory.memsw.limit_in_bytes", bytes, &ignored);
    return 0;
}

int cgroup_attach(const char *id, pid_t pid, struct failure *failure)
{
    char path[PATH_MAX], text[32];
    snprintf(text, sizeof text, "%d", pid);
    for (unsigned i = 0; i < CG_COUNT; i++)
        if (is_first(i) && write_existing(file_of(path, i, id, "cgroup.procs"), text) < 0)
            return fail(failure, "attach", path);
    return 0;
}

static uint64_t number_after(const char *text, const char *word)
{
    const char *at = strstr(text, word);
    return at == NULL ? 0 : strtoull(at + strlen(word), NULL, 10);
}

void cgroup_last_words(const char *id, uint64_t *oom_kills, uint64_t *cpu_nanoseconds)
{
    char path[PATH_MAX], text[4096];
    *oom_kills = *cpu_nanoseconds = 0;
    if (places[CG_MEMORY][0]
        && read_text_file(file_of(path, CG_MEMORY, id, version == 2 ? "memory.events" : "memory.oom_control"), text, sizeof text) > 0)
        *oom_kills = number_after(text, "oom_kill ");
    if (places[CG_CPUACCT][0]
        && read_text_file(file_of(path, CG_CPUACCT, id, version == 2 ? "cpu.stat" : "cpuacct.usage"), text, sizeof text) > 0)
        *cpu_nanoseconds = version == 2 ? number_after(text, "usage_usec ") * 1000 : strtoull(text, NULL, 10);
}

void cgroup_thaw(const char *id)
{
    char path[PATH_MAX];
    if (version == 1 && places[CG_FREEZER][0])
        (void)write_existing(file_of(path, CG_FREEZER, id, "freezer.state"), "THAWED");
}

bool cgroup_remove(const char *id)
{
    char path[PATH_MAX];
    bool all = true;
    for (unsigned i = 0; i < CG_COUNT; i++)
        if (is_first(i) && !remove_folder(file_of(path, i, id, ""), false))
            all = false;
    return all;
}
