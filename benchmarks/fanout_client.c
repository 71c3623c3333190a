/* Load client of the fan-out benchmark: many WebSockets that subscribe and count messages.
 *
 *   fanout_client PORT SOCKETS MESSAGES INIT SUBSCRIBE TIMES
 *
 * INIT and SUBSCRIBE are text messages to send on each socket ("" for none); the client waits for an
 * answer to INIT. It prints "ready" once all are subscribed. When every socket has received MESSAGES
 * messages, it prints one line: messages, bytes, seconds from the first byte to the last, CPU seconds of
 * its own. It writes the time of each message to the file TIMES, socket after socket, as doubles of the
 * monotonic clock.
 */
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

struct conn {
    uint8_t head[14];     /* of the frame that is being read */
    int have, left_valid; /* bytes of head; whether `left` is known */
    uint64_t left;        /* bytes of its payload that are still to come */
    uint8_t ping[125];    /* what a ping asks back */
    int pinged;
    long messages;
};

static double seconds(clockid_t clock) {
    struct timespec now;
    clock_gettime(clock, &now);
    return now.tv_sec + now.tv_nsec / 1e9;
}

static void die(const char *what) {
    perror(what);
    exit(1);
}

static void send_all(int fd, const void *data, size_t size) {
    const char *at = data;
    while (size > 0) {
        ssize_t sent = write(fd, at, size);
        if (sent <= 0) die("write");
        at += sent;
        size -= sent;
    }
}

/* A masked text frame, as a client must send it; the mask of zeros changes nothing. */
static void send_text(int fd, const char *text) {
    size_t size = strlen(text);
    uint8_t head[8] = {0x81};
    int length = 2;
    if (size < 126) {
        head[1] = 0x80 | size;
    } else {
        head[1] = 0x80 | 126;
        head[2] = size >> 8;
        head[3] = size & 0xff;
        length = 4;
    }
    uint8_t frame[8192] = {0};
    if (length + 4 + size > sizeof frame) die("a message too long");
    memcpy(frame, head, length);
    memcpy(frame + length + 4, text, size);
    send_all(fd, frame, length + 4 + size);
}

static void read_until(int fd, const char *end) {
    size_t matched = 0;
    char byte;
    while (matched < strlen(end)) {
        if (read(fd, &byte, 1) != 1) die("read");
        matched = byte == end[matched] ? matched + 1 : (byte == end[0]);
    }
}

static void read_frame(int fd) {
    uint8_t head[4], byte;
    if (recv(fd, head, 2, MSG_WAITALL) != 2) die("frame");
    size_t size = head[1] & 0x7f;
    if (size == 126) {
        if (recv(fd, head + 2, 2, MSG_WAITALL) != 2) die("frame");
        size = head[2] << 8 | head[3];
    }
    while (size-- > 0)
        if (read(fd, &byte, 1) != 1) die("frame");
}

static int opened(int port, const char *init, const char *subscribe) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    int one = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    if (fd < 0 || connect(fd, (struct sockaddr *)&address, sizeof address) < 0) die("connect");
    const char *upgrade =
        "GET /graphql HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
        "Sec-WebSocket-Protocol: graphql-transport-ws\r\n\r\n";
    send_all(fd, upgrade, strlen(upgrade));
    read_until(fd, "\r\n\r\n");
    if (*init) {
        send_text(fd, init);
        read_frame(fd);
    }
    if (*subscribe) send_text(fd, subscribe);
    return fd;
}

/* Count the text frames in what was read, note when they came, and answer pings. */
static void count(int fd, struct conn *conn, const uint8_t *data, ssize_t size, double now,
                  double *times, long wanted) {
    while (size > 0) {
        if (!conn->left_valid) {
            conn->head[conn->have++] = *data++;
            size--;
            int need = 2;
            if (conn->have >= 2) {
                int small = conn->head[1] & 0x7f;
                need = small == 127 ? 10 : small == 126 ? 4 : 2;
            }
            if (conn->have < 2 || conn->have < need) continue;
            uint64_t left = conn->head[1] & 0x7f;
            if (need > 2) {
                left = 0;
                for (int i = 2; i < need; i++) left = left << 8 | conn->head[i];
            }
            conn->left = left;
            conn->left_valid = 1;
        }
        uint64_t taken = (uint64_t)size < conn->left ? (uint64_t)size : conn->left;
        int ping = (conn->head[0] & 0x0f) == 9;
        if (ping) {
            memcpy(conn->ping + conn->pinged, data, taken);
            conn->pinged += taken;
        }
        data += taken;
        size -= taken;
        conn->left -= taken;
        if (conn->left == 0) {
            if ((conn->head[0] & 0x0f) == 1) {
                if (conn->messages == wanted) die("a message too many");
                times[conn->messages++] = now;
            }
            if (ping) {
                uint8_t pong[6 + 125] = {0x8a, 0x80 | conn->pinged};
                memcpy(pong + 6, conn->ping, conn->pinged);
                send_all(fd, pong, 6 + conn->pinged);
                conn->pinged = 0;
            }
            conn->have = conn->left_valid = 0;
        }
    }
}

int main(int argc, char **argv) {
    if (argc != 7) {
        fprintf(stderr, "expected PORT SOCKETS MESSAGES INIT SUBSCRIBE TIMES\n");
        return 2;
    }
    int sockets = atoi(argv[2]), done = 0;
    long wanted = atol(argv[3]);
    struct conn *conns = calloc(sockets, sizeof *conns);
    double *times = calloc(sockets * wanted, sizeof *times);
    int *fds = calloc(sockets, sizeof *fds), poll = epoll_create1(0);
    for (int i = 0; i < sockets; i++) fds[i] = opened(atoi(argv[1]), argv[4], argv[5]);
    for (int i = 0; i < sockets; i++) {
        struct epoll_event event = {.events = EPOLLIN, .data.u32 = i};
        if (epoll_ctl(poll, EPOLL_CTL_ADD, fds[i], &event) < 0) die("epoll_ctl");
    }
    puts("ready");
    fflush(stdout);
    static uint8_t buffer[1 << 18];
    struct epoll_event events[512];
    uint64_t bytes = 0;
    double first = 0, last = 0, cpu = seconds(CLOCK_PROCESS_CPUTIME_ID);
    while (done < sockets) {
        int ready = epoll_wait(poll, events, 512, 60000);
        if (ready == 0) die("no message for a minute");
        for (int i = 0; i < ready; i++) {
            struct conn *conn = &conns[events[i].data.u32];
            ssize_t size = read(fds[events[i].data.u32], buffer, sizeof buffer);
            if (size <= 0) die("closed");
            last = seconds(CLOCK_MONOTONIC);
            if (first == 0) first = last;
            bytes += size;
            int before = conn->messages < wanted;
            count(fds[events[i].data.u32], conn, buffer, size, last,
                  times + events[i].data.u32 * wanted, wanted);
            done += before && conn->messages == wanted;
        }
    }
    cpu = seconds(CLOCK_PROCESS_CPUTIME_ID) - cpu;
    FILE *file = fopen(argv[6], "wb");
    if (!file || fwrite(times, sizeof *times, sockets * wanted, file) != (size_t)(sockets * wanted))
        die("TIMES");
    fclose(file);
    printf("%ld %lu %.6f %.6f\n", sockets * wanted, (unsigned long)bytes, last - first, cpu);
    return 0;
}
