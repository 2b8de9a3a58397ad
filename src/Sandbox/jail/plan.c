/* Messages from the server, checked. The server is trusted, its bugs are not: everything that becomes a path or a count is bounded. */
#include "jail.h"

#include <string.h>
#include <sys/socket.h>

static bool is_id(const char *text)
{
    size_t length = strlen(text);
    return length >= 1 && length <= 64
        && strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-") == length;
}

static bool is_absolute(const char *path) { return path[0] == '/' && strlen(path) < 4096; }

/* A path, or a name that is looked for in PATH. */
static bool is_program(const char *path) { return path[0] != '\0' && strlen(path) < 4096; }

/* Absolute, and made of names only: neither empty, nor "." nor "..". */
static bool is_plain(const char *path)
{
    if (!is_absolute(path) || path[1] == '\0')
        return false;
    for (const char *name = path + 1;; name++) {
        size_t length = strcspn(name, "/");
        if (length == 0 || (name[0] == '.' && (length == 1 || (length == 2 && name[1] == '.'))))
            return false;
        name += length;
        if (*name == '\0')
            return true;
    }
}

static bool are_sizes(const struct plan *plan)
{
    const uint64_t most = (uint64_t)1 << 50;
    return plan->memory_bytes >= 4096 && plan->memory_bytes <= most && plan->tmp_bytes >= 4096 && plan->tmp_bytes <= most;
}

static const char *read_header(struct plan *plan, struct reader *reader)
{
    plan->id = read_text(reader);
    plan->host_name = read_text(reader);
    plan->memory_bytes = read_u64(reader);
    plan->tmp_bytes = read_u64(reader);
    plan->cpu_quota_us = read_u32(reader);
    plan->cpu_period_us = read_u32(reader);
    plan->processes = read_u32(reader);
    plan->open_files = read_u32(reader);
    plan->host_network = read_u32(reader) != 0;
    plan->late = read_u32(reader) != 0;
    if (reader->bad)
        return "truncated";
    if (!is_id(plan->id))
        return "id";
    if (plan->host_name[0] == '\0' || strlen(plan->host_name) > 64)
        return "host name";
    if (!are_sizes(plan))
        return "memory or tmp size";
    /* the kernel's bounds */
    if (plan->cpu_quota_us < 1000 || plan->cpu_period_us < 1000 || plan->cpu_period_us > 1000000)
        return "cpus";
    if (plan->processes == 0 || plan->processes > 1u << 22 || plan->open_files < 16 || plan->open_files > 1u << 20)
        return "processes or open files";
    return NULL;
}

static const char *read_content(struct plan *plan, struct reader *reader)
{
    plan->layer_count = read_u32(reader);
    if (plan->layer_count > MAX_LAYERS)
        return "too many layers";
    for (uint32_t i = 0; i < plan->layer_count; i++)
        if (!is_absolute(plan->layers[i] = read_text(reader)))
            return "layer path";
    plan->task = read_text(reader);
    if (plan->task[0] && !is_absolute(plan->task))
        return "task path";
    plan->cache = read_text(reader);
    return plan->cache[0] && !is_absolute(plan->cache) ? "cache path" : NULL;
}

static const char *read_folders(struct plan *plan, struct reader *reader)
{
    const char *fault = read_content(plan, reader);
    if (fault != NULL)
        return fault;
    plan->runtime = read_text(reader);
    if (plan->runtime[0] && !is_absolute(plan->runtime))
        return "runtime path";
    plan->template_bytes = reader->at;
    plan->root_count = read_u32(reader);
    if (plan->root_count > MAX_ROOT_LAYERS)
        return "too many root layers";
    for (uint32_t i = 0; i < plan->root_count; i++)
        if (!is_absolute(plan->root_layers[i] = read_text(reader)))
            return "root layer path";
    plan->bind_count = read_u32(reader);
    if (plan->bind_count > MAX_BINDS)
        return "too many binds";
    for (uint32_t i = 0; i < plan->bind_count; i++) {
        plan->binds[i].from = read_text(reader);
        plan->binds[i].to = read_text(reader);
        if (!is_absolute(plan->binds[i].from) || !is_plain(plan->binds[i].to))
            return "bind path";
    }
    plan->template_length = (size_t)(reader->at - plan->template_bytes);
    return NULL;
}

static const char *read_addresses(struct plan *plan, struct reader *reader)
{
    plan->listen_count = read_u32(reader);
    if (plan->listen_count > MAX_LISTEN)
        return "too many addresses";
    for (uint32_t i = 0; i < plan->listen_count; i++) {
        struct address *address = &plan->listen[i];
        uint32_t family = read_u32(reader);
        uint32_t port = read_u32(reader);
        read_bytes(reader, address->bytes, sizeof address->bytes);
        if ((family != AF_INET && family != AF_INET6) || port > 65535)
            return "address";
        address->family = (uint16_t)family;
        address->port = (uint16_t)port;
    }
    return NULL;
}

bool decode_plan(const uint8_t *message, size_t length, struct plan *plan, const char **fault)
{
    struct reader reader = {.at = message, .end = message + length};
    memset(plan, 0, sizeof *plan);
    plan->id = plan->host_name = plan->task = plan->runtime = plan->cache = "";
    uint32_t type = read_u32(&reader);
    plan->tag = read_u32(&reader);
    *fault = type != MSG_CREATE ? "message type" : NULL;
    if (*fault == NULL)
        *fault = read_header(plan, &reader);
    if (*fault == NULL)
        *fault = read_folders(plan, &reader);
    if (*fault == NULL)
        *fault = read_addresses(plan, &reader);
    if (*fault == NULL && (reader.bad || reader.at != reader.end))
        *fault = "length";
    return *fault == NULL;
}

bool decode_attach(const uint8_t *message, size_t length, struct plan *content, const char **fault)
{
    struct reader reader = {.at = message, .end = message + length};
    memset(content, 0, sizeof *content);
    content->task = content->runtime = content->cache = "";
    uint32_t type = read_u32(&reader);
    content->tag = read_u32(&reader);
    content->parts = read_u32(&reader);
    content->memory_bytes = read_u64(&reader);
    content->tmp_bytes = read_u64(&reader);
    *fault = type != MSG_ATTACH ? "message type"
        : content->parts == 0 || content->parts > PART_ALL ? "parts"
        : !are_sizes(content) ? "memory or tmp size"
        : read_content(content, &reader);
    if (*fault == NULL && (reader.bad || reader.at != reader.end))
        *fault = "length";
    return *fault == NULL;
}

static bool read_list(struct reader *reader, char **into, uint32_t least)
{
    uint32_t count = read_u32(reader);
    if (count < least || count > MAX_ARGUMENTS)
        return false;
    for (uint32_t i = 0; i < count && !reader->bad; i++)
        into[i] = (char *)(uintptr_t)read_text(reader); /* execve's argv has no const; nothing writes to it */
    into[count] = NULL;
    return !reader->bad;
}

bool decode_start(const uint8_t *message, size_t length, struct start *start, const char **fault)
{
    struct reader reader = {.at = message, .end = message + length};
    start->arguments[0] = start->environment[0] = NULL;
    uint32_t type = read_u32(&reader);
    start->tag = read_u32(&reader);
    start->directory = read_text(&reader);
    *fault = type != MSG_START ? "message type"
        : !read_list(&reader, start->arguments, 1) ? "arguments"
        : !read_list(&reader, start->environment, 0) ? "environment"
        : reader.bad || reader.at != reader.end ? "length"
        : !is_absolute(start->directory) ? "working directory"
        : !is_program(start->arguments[0]) ? "program path"
        : NULL;
    return *fault == NULL;
}
