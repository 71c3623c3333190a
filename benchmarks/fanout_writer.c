/* Server of the fan-out benchmark that shows the kernel's limit: it answers any WebSocket handshake and
 * writes the same bytes to all sockets.
 *
 *   fanout_writer PORT SOCKETS MESSAGES BYTES EVERY_MS
 *
 * Once SOCKETS are connected and "go" is read from standard input, it writes MESSAGES text frames of
 * BYTES to each, one write each, and prints the CPU seconds that took and when each event began.
 */
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static double seconds(clockid_t clock) {
    struct timespec now;
    clock_gettime(clock, &now);
    return now.tv_sec + now.tv_nsec / 1e9;
}

int main(int argc, char **argv) {
    if (argc != 6) {
        fprintf(stderr, "expected PORT SOCKETS MESSAGES BYTES EVERY_MS\n");
        return 2;
    }
    int sockets = atoi(argv[2]), messages = atoi(argv[3]), size = atoi(argv[4]), one = 1;
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(atoi(argv[1]))};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int listening = socket(AF_INET, SOCK_STREAM, 0), *fds = calloc(sockets, sizeof *fds);
    setsockopt(listening, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    if (bind(listening, (struct sockaddr *)&address, sizeof address) < 0) return perror("bind"), 1;
    listen(listening, 16384);
    puts("listening");
    fflush(stdout);
    for (int i = 0; i < sockets; i++) {
        char request[4096];
        fds[i] = accept(listening, NULL, NULL);
        setsockopt(fds[i], IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
        if (read(fds[i], request, sizeof request) <= 0) return perror("read"), 1;
        const char *answer =
            "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n";
        if (write(fds[i], answer, strlen(answer)) < 0) return perror("write"), 1;
    }
    int head = size < 126 ? 2 : 4;
    uint8_t *frame = malloc(head + size);
    memset(frame + head, 'x', size);
    frame[0] = 0x81;
    frame[1] = size < 126 ? size : 126;
    if (head == 4) frame[2] = size >> 8, frame[3] = size & 0xff;
    char line[16];
    if (!fgets(line, sizeof line, stdin)) return 1;
    double before = seconds(CLOCK_PROCESS_CPUTIME_ID), *began = calloc(messages, sizeof *began);
    for (int m = 0; m < messages; m++) {
        began[m] = seconds(CLOCK_MONOTONIC);
        for (int i = 0; i < sockets; i++)
            if (write(fds[i], frame, head + size) != head + size) return perror("write"), 1;
        usleep(atoi(argv[5]) * 1000);
    }
    printf("%.6f", seconds(CLOCK_PROCESS_CPUTIME_ID) - before);
    for (int m = 0; m < messages; m++) printf(" %.6f", began[m]);
    puts("");
    fflush(stdout);
    return fgets(line, sizeof line, stdin) ? 0 : 0; /* open until the client has read all */
}
