/*
 * lamina-jail: the one process that clones sandboxes.
 *
 * The server starts it once and speaks to it over a SOCK_SEQPACKET socket on descriptor 3. Words used in these files:
 *   plan      one sandbox as flat data; laid out before the clone, executed by the child after it (plan.c)
 *   template  a mount namespace with the read-only root already made; every sandbox's mounts are a copy of one (template.c)
 *   idmap     a user namespace that shows the server's files as the sandbox's own (idmap.c)
 *   child     the cloned process while it executes the plan (sandbox.c)
 *   init      the same process afterwards: pid 1 of the sandbox, starts and reaps processes on request (init.c)
 */
#ifndef LAMINA_JAIL_H
#define LAMINA_JAIL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

enum {
    SERVER_FD = 3,
    MAX_MESSAGE = 192 * 1024,
    MAX_FDS = 24,
    MAX_LAYERS = 64,
    MAX_ROOT_LAYERS = 128,
    MAX_BINDS = 32,
    MAX_LISTEN = 8,
    MAX_ARGUMENTS = 4096, /* of arguments and of environment variables, each */
    MAX_SANDBOXES = 8192,
    MAX_STREAMS = 3, /* standard input, output and errors of one process */
    SANDBOX_UID = 993, /* sbx_user1051 and its group, as functions see themselves in Lambda */
    SANDBOX_GID = 990,
};

/* Where the plan's cache is shown. */
#define CACHE_FOLDER "/var/cache/lamina"

/* What the server and C# call these is in Wire.cs; both sides change together. */
enum message {
    MSG_CREATE = 1,   /* server to jail: a plan */
    MSG_HELLO = 2,    /* jail to server: ready; what this machine gave us */
    MSG_CREATED = 3,  /* jail to server: pidfd, control socket, readings */
    MSG_FAILED = 4,   /* jail or init to server: errno, step, path */
    MSG_GONE = 5,     /* jail to server: every process of the sandbox has ended */
    MSG_REMOVED = 6,  /* jail to server: and its cgroups are removed */
    MSG_ATTACH = 7,   /* server to jail: what a sandbox made in advance is to show */
    MSG_ATTACHED = 8, /* jail to server: it does; or errno, step, path */
    MSG_START = 16,   /* server to init: start a process; its terminal or its three streams may come along */
    MSG_SIGNAL = 17,  /* server to init: signal a process */
    MSG_USAGE = 18,   /* server to init: count memory and CPU (only asked where cgroups do not) */
    MSG_EMPTY = 19,   /* server to init: end every process; the sandbox stays */
    MSG_HOLD = 20,    /* server to init: stop (1) or continue (0) every process (only asked where there is no freezer) */
    MSG_SOCKET = 21,  /* server to init: make a socket in the sandbox's network */
    MSG_READY = 32,   /* init to server: mounts, limits and sockets are in place */
    MSG_STARTED = 33, /* init to server: output pipe */
    MSG_EXITED = 34,  /* init to server: wait status */
    MSG_USED = 35,    /* init to server: bytes now, processor nanoseconds, most bytes of one that ended */
    MSG_EMPTIED = 36, /* init to server: no process is left but init */
    MSG_OPENED = 37,  /* init to server: a socket */
};

/* The first failure of a plan: which step, on what, and the errno. */
struct failure {
    int error;
    const char *step;
    char path[256];
};

int fail(struct failure *failure, const char *step, const char *path); /* reads errno; always -1 */
int fail_with(struct failure *failure, int error, const char *step, const char *path);

/* ---- wire.c: messages --------------------------------------------------------------------------------------------- */
struct reader {
    const uint8_t *at, *end;
    bool bad; /* once set, every further read answers 0 or "" */
};

struct writer {
    size_t length;
    uint8_t bytes[2048];
};

uint32_t read_u32(struct reader *reader);
uint64_t read_u64(struct reader *reader);
const char *read_text(struct reader *reader); /* NUL-terminated inside the message */
void read_bytes(struct reader *reader, void *into, size_t length);

void begin(struct writer *writer, enum message type, uint32_t tag);
void put_u32(struct writer *writer, uint32_t value);
void put_u64(struct writer *writer, uint64_t value);
void put_text(struct writer *writer, const char *text);

ssize_t receive_message(int socket, uint8_t *buffer, size_t size); /* 0 = the peer is gone */
/* The same with the descriptors that came along, at most MAX_STREAMS; they are the caller's from now on. */
ssize_t receive_with_streams(int socket, uint8_t *buffer, size_t size, int *streams, size_t *stream_count);
int send_message(int socket, const struct writer *writer, const int *fds, size_t fd_count);
int send_failure(int socket, uint32_t tag, const struct failure *failure);

/* ---- plan.c: decoding; nothing here touches the system, so that it can be fuzzed ------------------------------------ */
struct address {
    uint16_t family; /* AF_INET or AF_INET6 */
    uint16_t port;
    uint8_t bytes[16];
};

struct host_bind {
    const char *from, *to;
};

/* What comes late may come in two parts: /opt first, and /var/task when it is known whose code it is. */
enum part { PART_LAYERS = 1, PART_TASK = 2, PART_ALL = 3 };

struct plan {
    uint32_t tag;
    const char *id, *host_name;
    uint64_t memory_bytes, tmp_bytes;
    uint32_t cpu_quota_us, cpu_period_us, processes, open_files;
    bool host_network;
    bool late; /* /opt and /var/task come by MSG_ATTACH */
    uint32_t parts; /* of MSG_ATTACH: bits of enum part */
    uint32_t layer_count, root_count, bind_count, listen_count;
    const char *layers[MAX_LAYERS]; /* the first is the lowest */
    const char *task, *runtime, *cache; /* "" shows an empty folder */
    const char *root_layers[MAX_ROOT_LAYERS]; /* of an image, the first is the lowest; none: the machine's own root */
    struct host_bind binds[MAX_BINDS];
    const uint8_t *template_bytes; /* root layers and binds as sent: the template's key */
    size_t template_length;
    struct address listen[MAX_LISTEN];
};

struct start {
    uint32_t tag;
    const char *directory;
    char *arguments[MAX_ARGUMENTS + 1];
    char *environment[MAX_ARGUMENTS + 1];
};

/* Both point into the message, which must outlive them. False: the message is not what it should be. */
bool decode_plan(const uint8_t *message, size_t length, struct plan *plan, const char **fault);
bool decode_attach(const uint8_t *message, size_t length, struct plan *content, const char **fault); /* fills what differs by function */
bool decode_start(const uint8_t *message, size_t length, struct start *start, const char **fault);

/* ---- cgroup.c --------------------------------------------------------------------------------------------------------- */
enum controller { CG_MEMORY, CG_CPU, CG_PIDS, CG_CPUACCT, CG_FREEZER, CG_COUNT };

struct readings { /* open files, -1 where the machine has none */
    int memory_stat, memory_peak, oom, cpu;
    int cpu_limit, freezer; /* these two are for writing */
};

void cgroups_open(const char *run_directory, const char *key); /* finds a place and removes what a killed predecessor left */
int cgroup_make(const struct plan *plan, struct readings *readings, struct failure *failure);
int cgroup_attach(const char *id, pid_t pid, struct failure *failure);
int cgroup_limit_memory(const char *id, uint64_t bytes, struct failure *failure);
void cgroup_last_words(const char *id, uint64_t *oom_kills, uint64_t *cpu_nanoseconds);
void cgroup_thaw(const char *id); /* what is frozen does not die in v1 */
bool cgroup_remove(const char *id); /* false: still busy, try again */
void cgroups_close(void);
int cgroup_version(void); /* 2, 1 or 0 */
unsigned cgroup_controllers(void); /* bits of enum controller */

/* ---- template.c --------------------------------------------------------------------------------------------------------- */
void templates_open(const char *run_directory);
int template_for(const struct plan *plan, struct failure *failure); /* a mount namespace's descriptor, owned by template.c */
int tree_open(const char *path, bool recursive, struct failure *failure); /* a detached read-only copy of a host path */
/* As tree_open, by way of an idmap; *plain: this folder's file system or mount cannot, its files keep their owners. */
int tree_open_owned(const char *path, int idmap, bool *plain, struct failure *failure);
int tree_attach(int tree, const char *to, struct failure *failure);
int tree_merge(const int *trees, uint32_t count); /* an overlay of them, the first the lowest; -1: this kernel cannot without names */
int make_folders(const char *path); /* mkdir -p */
int write_file(const char *path, const char *text);

/* ---- idmap.c ------------------------------------------------------------------------------------------------------------ */
enum { NO_IDMAP = -2 };

void idmaps_open(const char *folder); /* settles jail.owned; the folder is empty and of the file system that layers are in */
int idmap_for(uint32_t host_id, struct failure *failure); /* a user namespace's descriptor owned by idmap.c, or NO_IDMAP */

/* ---- network.c ---------------------------------------------------------------------------------------------------------- */
void networks_open(void);
int network_take(void); /* a network namespace's descriptor, the caller's from now on; -1: none left, make one with the clone */
bool network_is_wanted(void);
void network_make(void);
int network_raise_loopback(struct failure *failure);

/* ---- seccomp.c ---------------------------------------------------------------------------------------------------------- */
int seccomp_prepare(struct failure *failure); /* once, before the first clone */
int seccomp_install(struct failure *failure);

/* ---- sandbox.c, init.c ------------------------------------------------------------------------------------------------- */
struct trees { /* -1 = none */
    int layers[MAX_LAYERS]; /* detached mounts of the plan's folders */
    int task, runtime, cache, resolver;
    int network; /* a namespace made ahead */
};

/* Where the server's files look like the function's own. */
enum owned {
    OWNED_NONE,
    OWNED_FOLDERS, /* /var/task, and /opt of a single layer; overlayfs cannot */
    OWNED_ALL,
};

struct jail { /* settled at start, the same for every sandbox */
    bool rootless;      /* not started as root: we are root in a user namespace of our own */
    bool nested;        /* sandboxes get a user namespace each */
    bool nproc;         /* RLIMIT_NPROC counts per sandbox */
    uint32_t first_uid; /* host ids of sandbox 0 */
    uint32_t uid_count;
    enum owned owned;
    int lifeline;       /* reads end-of-file when the jail is dead */
};

extern struct jail jail;

int probe_nested_namespace(uint32_t host_id);
int show_content(const struct plan *content, const struct trees *trees, struct failure *failure); /* in the sandbox's mount namespace */
_Noreturn void run_child(const struct plan *plan, const struct trees *trees, uint32_t host_id, int control);
_Noreturn void run_init(int control);

#endif
