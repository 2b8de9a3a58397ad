#include "jail.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

int fail_with(struct failure *failure, int error, const char *step, const char *path)
{
    failure->error = error;
    failure->step = step;
    size_t length = strnlen(path, sizeof failure->path - 1);
    memcpy(failure->path, path, length);
    failure->path[length] = '\0';
    return -1;
}

int fail(struct failure *failure, const char *step, const char *path)
{
    return fail_with(failure, errno, step, path);
}

void read_bytes(struct reader *reader, void *into, size_t length)
{
    if (reader->bad || (size_t)(reader->end - reader->at) < length) {
        reader->bad = true;
        memset(into, 0, length);
        return;
    }
    memcpy(into, reader->at, length);
    reader->at += length;
}

uint32_t read_u32(struct reader *reader)
{
    uint32_t value;
    read_bytes(reader, &value, sizeof value);
    return value;
}

uint64_t read_u64(struct reader *reader)
{
    uint64_t value;
    read_bytes(reader, &value, sizeof value);
    return value;
}

const char *read_text(struct reader *reader)
{
    uint32_t length = read_u32(reader); /* without the NUL that follows the text */
    if (reader->bad || (size_t)(reader->end - reader->at) <= length) {
        reader->bad = true;
        return "";
    }
    const uint8_t *text = reader->at;
    if (memchr(text, '\0', (size_t)length + 1) != text + length) {
        reader->bad = true;
        return "";
    }
    reader->at += (size_t)length + 1;
    return (const char *)text;
}

static void put_bytes(struct writer *writer, const void *bytes, size_t length)
{
    if (length > sizeof writer->bytes - writer->length)
        return; /* replies are made of few, bounded fields; a cut one is refused by the server's decoder */
    memcpy(writer->bytes + writer->length, bytes, length);
    writer->length += length;
}

void put_u32(struct writer *writer, uint32_t value) { put_bytes(writer, &value, sizeof value); }

void put_u64(struct writer *writer, uint64_t value) { put_bytes(writer, &value, sizeof value); }

void put_text(struct writer *writer, const char *text)
{
    uint32_t length = (uint32_t)strnlen(text, sizeof writer->bytes);
    put_u32(writer, length);
    put_bytes(writer, text, length);
}

void begin(struct writer *writer, enum message type, uint32_t tag)
{
    writer->length = 0;
    put_u32(writer, (uint32_t)type);
    put_u32(writer, tag);
}

ssize_t receive_message(int socket, uint8_t *buffer, size_t size)
{
    for (;;) {
        ssize_t length = recv(socket, buffer, size, MSG_TRUNC);
        if (length > (ssize_t)size) {
            errno = EMSGSIZE;
            return -1;
        }
        if (length >= 0 || errno != EINTR)
            return length;
    }
}

ssize_t receive_with_streams(int socket, uint8_t *buffer, size_t size, int *streams, size_t *stream_count)
{
    union {
        struct cmsghdr header; /* for alignment */
        uint8_t bytes[CMSG_SPACE(sizeof(int) * MAX_STREAMS)];
    } control;
    struct iovec part = {.iov_base = buffer, .iov_len = size};
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control};
    ssize_t length;
    *stream_count = 0;
    do
        length = recvmsg(socket, &message, MSG_CMSG_CLOEXEC);
    while (length < 0 && errno == EINTR);
    struct cmsghdr *header = length < 0 ? NULL : CMSG_FIRSTHDR(&message);
    if (header != NULL && header->cmsg_level == SOL_SOCKET && header->cmsg_type == SCM_RIGHTS) {
        *stream_count = (header->cmsg_len - CMSG_LEN(0)) / sizeof(int);
        memcpy(streams, CMSG_DATA(header), sizeof(int) * *stream_count);
    }
    if (length >= 0 && (message.msg_flags & MSG_TRUNC) != 0) {
        errno = EMSGSIZE;
        return -1;
    }
    return length;
}

int send_message(int socket, const struct writer *writer, const int *fds, size_t fd_count)
{
    union {
        struct cmsghdr header; /* for alignment */
        uint8_t bytes[CMSG_SPACE(sizeof(int) * MAX_FDS)];
    } control;
    /* sendmsg only reads, but iov_base has no const */
    struct iovec part = {.iov_base = (void *)(uintptr_t)writer->bytes, .iov_len = writer->length};
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
    if (fd_count > 0) {
        memset(&control, 0, sizeof control);
        message.msg_control = &control;
        message.msg_controllen = CMSG_SPACE(sizeof(int) * fd_count);
        struct cmsghdr *header = CMSG_FIRSTHDR(&message);
        header->cmsg_level = SOL_SOCKET;
        header->cmsg_type = SCM_RIGHTS;
        header->cmsg_len = CMSG_LEN(sizeof(int) * fd_count);
        memcpy(CMSG_DATA(header), fds, sizeof(int) * fd_count);
    }
    ssize_t sent;
    do
        sent = sendmsg(socket, &message, MSG_NOSIGNAL);
    while (sent < 0 && errno == EINTR);
    return sent < 0 ? -1 : 0;
}

int send_failure(int socket, uint32_t tag, const struct failure *failure)
{
    struct writer reply;
    begin(&reply, MSG_FAILED, tag);
    put_u32(&reply, (uint32_t)failure->error);
    put_text(&reply, failure->step);
    put_text(&reply, failure->path);
    return send_message(socket, &reply, NULL, 0);
}
