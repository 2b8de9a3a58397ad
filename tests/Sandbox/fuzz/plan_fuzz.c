/*
 * Feeds the jail's decoders with broken messages: plan_fuzz SEED COUNT. Compiled together with plan.c and wire.c, with
 * sanitizers. Each message lies in a heap block of exactly its size, so that reading one byte too far is found.
 */
#include "jail.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static uint64_t state;

static uint32_t roll(uint32_t below)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return (uint32_t)((state >> 11) % below);
}

struct packet {
    uint8_t bytes[8192];
    size_t length;
};

static void add(struct packet *message, const void *bytes, size_t length)
{
    if (length > sizeof message->bytes - message->length)
        return;
    memcpy(message->bytes + message->length, bytes, length);
    message->length += length;
}

static void add_u32(struct packet *message, uint32_t value) { add(message, &value, sizeof value); }

static void add_u64(struct packet *message, uint64_t value) { add(message, &value, sizeof value); }

static void add_text(struct packet *message, const char *text)
{
    add_u32(message, (uint32_t)strlen(text));
    add(message, text, strlen(text) + 1);
}

static const char *path(void)
{
    static const char *const paths[] = {"/a", "/var/task", "relative", "/", "//", "/a/../b", "/a/.", "", "/a,b:c\\d", "/\xff\xfe"};
    return paths[roll(roll(4) ? 2 : 10)];
}

static void lay_out_plan(struct packet *message)
{
    add_u32(message, MSG_CREATE);
    add_u32(message, roll(1000));
    add_text(message, roll(20) ? "an-id-1" : path());
    add_text(message, "host");
    add_u64(message, roll(20) ? 1u << 28 : roll(1u << 31));
    add_u64(message, roll(20) ? 1u << 24 : roll(1u << 31));
    add_u32(message, 1000 + roll(40000));
    add_u32(message, 20000);
    add_u32(message, 1 + roll(1024));
    add_u32(message, 16 + roll(1024));
    add_u32(message, roll(2));
    uint32_t count = roll(20) ? roll(6) : roll(80);
    add_u32(message, count);
    for (uint32_t i = 0; i < count; i++)
        add_text(message, path());
    add_text(message, path());
    add_text(message, path());
    add_text(message, path());
    count = roll(20) ? roll(3) : roll(150);
    add_u32(message, count);
    for (uint32_t i = 0; i < count; i++)
        add_text(message, path());
    count = roll(20) ? roll(3) : roll(50);
    add_u32(message, count);
    for (uint32_t i = 0; i < 2 * count; i++)
        add_text(message, path());
    count = roll(20) ? roll(3) : roll(12);
    add_u32(message, count);
    for (uint32_t i = 0; i < count; i++) {
        add_u32(message, roll(10) ? 2 : roll(20));
        add_u32(message, roll(10) ? 9001 : roll(1u << 20));
        add(message, "0123456789abcdef", 16);
    }
}

static void lay_out_start(struct packet *message)
{
    add_u32(message, MSG_START);
    add_u32(message, roll(1000));
    add_text(message, path());
    for (int list = 0; list < 2; list++) {
        uint32_t count = roll(20) ? roll(5) : roll(5000);
        add_u32(message, count);
        for (uint32_t i = 0; i < count; i++)
            add_text(message, path());
    }
}

static void damage(struct packet *message)
{
    for (uint32_t times = roll(4); times > 0; times--) {
        size_t at = roll((uint32_t)message->length);
        static const uint32_t odd[] = {0, 1, 0x7fffffff, 0x80000000, 0xffffffff, 0xfffffffe, 65536};
        if (roll(3) == 0)
            message->length = at + 1;
        else if (roll(2) == 0 && at + 4 <= message->length)
            memcpy(message->bytes + at, &odd[roll(7)], 4);
        else
            message->bytes[at] = (uint8_t)roll(256);
    }
}

static void inside(const char *text, const uint8_t *bytes, size_t length)
{
    /* "" in the program's own data is what an absent text reads as */
    if (text[0] != '\0' && ((const uint8_t *)text < bytes || (const uint8_t *)text + strlen(text) >= bytes + length))
        abort();
}

static int try_one(const struct packet *message)
{
    static struct plan plan;
    static struct start start;
    const char *fault = NULL;
    uint8_t *bytes = malloc(message->length);
    memcpy(bytes, message->bytes, message->length);
    int good = 0;
    if (decode_plan(bytes, message->length, &plan, &fault)) {
        good = 1;
        inside(plan.id, bytes, message->length);
        for (uint32_t i = 0; i < plan.layer_count; i++)
            inside(plan.layers[i], bytes, message->length);
        for (uint32_t i = 0; i < plan.root_count; i++)
            inside(plan.root_layers[i], bytes, message->length);
        for (uint32_t i = 0; i < plan.bind_count; i++)
            if (plan.binds[i].to[0] != '/' || strstr(plan.binds[i].to, "/../") != NULL)
                abort();
    } else if (fault == NULL) {
        abort();
    }
    if (decode_start(bytes, message->length, &start, &fault)) {
        good = 1;
        for (char **text = start.arguments; *text != NULL; text++)
            inside(*text, bytes, message->length);
    } else if (fault == NULL) {
        abort();
    }
    free(bytes);
    return good;
}

int main(int argc, char **argv)
{
    if (argc != 3)
        return 64;
    state = strtoull(argv[1], NULL, 10) * 2654435761u + 88172645463325252u;
    unsigned long count = strtoul(argv[2], NULL, 10), good = 0;
    for (unsigned long i = 0; i < count; i++) {
        struct packet message;
        message.length = 0;
        if (roll(2))
            lay_out_plan(&message);
        else
            lay_out_start(&message);
        if (roll(4))
            damage(&message);
        good += (unsigned long)try_one(&message);
    }
    printf("%lu of %lu accepted\n", good, count);
    return good > 0 && good < count ? 0 : 1;
}
