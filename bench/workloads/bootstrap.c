/* A static custom runtime that echoes: the least a function can cost. With an argument it is its own baseline: it copies
   one event from standard input to standard output and ends. Any failure ends it; the platform reports that.
   Compiled with CLOCK it answers the time at which it was started, in nanoseconds. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static char head[8192];
static char body[8 << 20];

static void write_all(int fd, const char *data, size_t size)
{
    while (size > 0) {
        ssize_t written = write(fd, data, size);
        if (written <= 0)
            exit(1);
        data += written;
        size -= (size_t)written;
    }
}

/* Reads one response; returns the length of its body, and the request id if there is one. */
static size_t read_response(int fd, char *request_id, size_t capacity)
{
    size_t filled = 0, length = 0;
    char *end;
    do {
        ssize_t got = read(fd, head + filled, sizeof head - 1 - filled);
        if (got <= 0)
            exit(1);
        filled += (size_t)got;
        head[filled] = 0;
    } while ((end = strstr(head, "\r\n\r\n")) == NULL && filled < sizeof head - 1);
    if (end == NULL)
        exit(1);
    end[2] = 0;
    for (char *line = strstr(head, "\r\n"); line != NULL && line[2] != 0; line = strstr(line + 2, "\r\n")) {
        if (strncasecmp(line + 2, "content-length:", 15) == 0)
            length = strtoul(line + 17, NULL, 10);
        else if (strncasecmp(line + 2, "lambda-runtime-aws-request-id:", 30) == 0)
            snprintf(request_id, capacity, "%.*s", (int)strcspn(line + 33, "\r"), line + 33);
    }
    if (length > sizeof body)
        exit(1);
    size_t have = filled - (size_t)(end + 4 - head);
    if (have > length)
        exit(1);
    memcpy(body, end + 4, have);
    while (have < length) {
        ssize_t got = read(fd, body + have, length - have);
        if (got <= 0)
            exit(1);
        have += (size_t)got;
    }
    return length;
}

static int connect_to(const char *authority)
{
    char host[64];
    const char *colon = strrchr(authority, ':');
    if (colon == NULL || (size_t)(colon - authority) >= sizeof host)
        exit(1);
    memcpy(host, authority, (size_t)(colon - authority));
    host[colon - authority] = 0;
    struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons((unsigned short)atoi(colon + 1)) };
    int fd = socket(AF_INET, SOCK_STREAM, 0), on = 1;
    if (inet_pton(AF_INET, host, &address.sin_addr) != 1 || connect(fd, (struct sockaddr *)&address, sizeof address) != 0)
        exit(1);
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    return fd;
}

int main(int argc, char **argv)
{
    (void)argv;
#ifdef CLOCK
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    char clock[32];
    const size_t clock_length = (size_t)snprintf(clock, sizeof clock, "%lld%09ld", (long long)now.tv_sec, now.tv_nsec);
#endif
    if (argc > 1) {
        ssize_t got;
        while ((got = read(0, body, sizeof body)) > 0)
            write_all(1, body, (size_t)got);
        return 0;
    }
    const char *authority = getenv("AWS_LAMBDA_RUNTIME_API");
    if (authority == NULL)
        return 1;
    int fd = connect_to(authority);
    char request_id[128] = "", request[512];
    for (;;) {
        int size = snprintf(request, sizeof request, "GET /2018-06-01/runtime/invocation/next HTTP/1.1\r\nHost: %s\r\n\r\n", authority);
        write_all(fd, request, (size_t)size);
        size_t length = read_response(fd, request_id, sizeof request_id);
#ifdef CLOCK
        memcpy(body, clock, length = clock_length);
#endif
        size = snprintf(request, sizeof request,
            "POST /2018-06-01/runtime/invocation/%s/response HTTP/1.1\r\nHost: %s\r\nContent-Length: %zu\r\n\r\n", request_id, authority, length);
        write_all(fd, request, (size_t)size);
        write_all(fd, body, length);
        read_response(fd, request_id, sizeof request_id);
    }
}
