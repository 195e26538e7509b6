/* A server of known timing with its own log: the truth that load generators are held against.
 *
 *   truth_server FIRST_S GAP_S CPU [CERTIFICATE KEY]
 *
 * Prints its port. Speaks the OpenAI API (chat and completions, streamed) over raw sockets, one thread. The
 * first token leaves FIRST_S seconds after the request was read, each further one GAP_S seconds after the one
 * before; the last one brings usage and [DONE] in the same write. With CERTIFICATE and KEY it speaks TLS (the
 * system's libssl is loaded when the program runs, so no headers are needed to build it).
 * GET /log gives, for each request, what was asked, when it was read and when each token was handed to the
 * kernel (CLOCK_MONOTONIC, seconds), when the first request of any kind was read, and the CPU time of this
 * process; GET /forget empties it.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <dlfcn.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define MOST_CLIENTS 16384
#define REQUEST_SIZE (1 << 20)

typedef struct {
    int prompt_tokens, max_tokens, sent, chat;
    double read_at;
    double *token_at;
} Request;

typedef struct {
    int fd, shaken, busy;
    long age; /* how many clients this place had before: what is due to an earlier one is dropped */
    void *tls;
    char *data;
    size_t size, room;
    long request;
} Client;

typedef struct {
    double at;
    int fd;
    long age;
} Due;

typedef struct {
    Due *ring;
    size_t room, head, count;
} Queue;

static Client clients[MOST_CLIENTS];
static Request *requests;
static long request_count, request_room;
static Queue first_due, later_due;
static double first_s, gap_s, first_at;
static int epoll_fd;
static void *tls_context;
static void *(*ssl_new)(void *);
static void (*ssl_free)(void *);
static int (*ssl_set_fd)(void *, int), (*ssl_accept)(void *);
static int (*ssl_read)(void *, void *, int), (*ssl_write)(void *, const void *, int);

static void fail(const char *why) {
    fprintf(stderr, "truth_server: %s: %s\n", why, strerror(errno));
    exit(1);
}

static double now_s(void) {
    struct timespec at;
    clock_gettime(CLOCK_MONOTONIC, &at);
    return (double)at.tv_sec + 1e-9 * (double)at.tv_nsec;
}

static void *grown(void *old, size_t bytes) {
    void *new = realloc(old, bytes);
    if (new == NULL) fail("no memory");
    return new;
}

/* ------------------------------------------------------------------ what is due, in order of time */

static void push(Queue *queue, Due due) {
    if (queue->count == queue->room) {
        size_t room = queue->room ? 2 * queue->room : 4096;
        Due *ring = grown(NULL, room * sizeof(Due));
        for (size_t i = 0; i < queue->count; i++) ring[i] = queue->ring[(queue->head + i) % queue->room];
        free(queue->ring);
        *queue = (Queue){ring, room, 0, queue->count};
    }
    queue->ring[(queue->head + queue->count++) % queue->room] = due;
}

static Due pop(Queue *queue) {
    Due due = queue->ring[queue->head];
    queue->head = (queue->head + 1) % queue->room;
    queue->count--;
    return due;
}

/* ------------------------------------------------------------------ TLS */

static void *symbol(void *library, const char *name) {
    void *found = dlsym(library, name);
    if (found == NULL) fail(name);
    return found;
}

static void load_tls(const char *certificate, const char *key) {
    void *library = dlopen("libssl.so.3", RTLD_NOW);
    if (library == NULL) library = dlopen("libssl.so", RTLD_NOW);
    if (library == NULL) fail("libssl is not there");
    void *(*method)(void) = symbol(library, "TLS_server_method");
    void *(*context_new)(void *) = symbol(library, "SSL_CTX_new");
    int (*use_chain)(void *, const char *) = symbol(library, "SSL_CTX_use_certificate_chain_file");
    int (*use_key)(void *, const char *, int) = symbol(library, "SSL_CTX_use_PrivateKey_file");
    ssl_new = symbol(library, "SSL_new");
    ssl_free = symbol(library, "SSL_free");
    ssl_set_fd = symbol(library, "SSL_set_fd");
    ssl_accept = symbol(library, "SSL_accept");
    ssl_read = symbol(library, "SSL_read");
    ssl_write = symbol(library, "SSL_write");
    tls_context = context_new(method());
    if (tls_context == NULL || use_chain(tls_context, certificate) != 1 || use_key(tls_context, key, 1) != 1)
        fail("the certificate or its key cannot be used");
}

static long write_out(Client *client, const char *data, size_t size) {
    return client->tls ? ssl_write(client->tls, data, (int)size)
                       : send(client->fd, data, size, MSG_NOSIGNAL);
}

static long read_in(Client *client, char *data, size_t size) {
    return client->tls ? ssl_read(client->tls, data, (int)size) : recv(client->fd, data, size, 0);
}

/* ------------------------------------------------------------------ answers */

static const char HEAD[] = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream; charset=utf-8\r\n"
                           "Transfer-Encoding: chunked\r\n\r\n";
static const char *const OPENING[2] = {
    "\"id\":\"cmpl-5f0c6a9d0c9f4b6c\",\"object\":\"text_completion\",\"created\":1790000000,"
    "\"model\":\"truth\"",
    "\"id\":\"chatcmpl-5f0c6a9d0c9f4b6c\",\"object\":\"chat.completion.chunk\",\"created\":1790000000,"
    "\"model\":\"truth\"",
};
static const char *const SAID[2] = {"\"text\":\" token\"", "\"delta\":{\"content\":\" token\"}"};
static char token_event[2][512], last_event[2][512], role_event[512];
static size_t token_size[2], last_size[2], role_size;

static size_t event(char *out, const char *form, ...) {
    char document[400];
    va_list values;
    va_start(values, form);
    int size = vsnprintf(document, sizeof document, form, values);
    va_end(values);
    return (size_t)sprintf(out, "%x\r\ndata: %s\n\n\r\n", size + 8, document);
}

static void prepare_events(void) {
    for (int chat = 0; chat < 2; chat++) {
        const char *form = "{%s,\"choices\":[{\"index\":0,%s,\"logprobs\":null,\"finish_reason\":%s}],\"usage\":null}";
        token_size[chat] = event(token_event[chat], form, OPENING[chat], SAID[chat], "null");
        last_size[chat] = event(last_event[chat], form, OPENING[chat], SAID[chat], "\"length\"");
    }
    role_size = event(role_event,
                      "{%s,\"choices\":[{\"index\":0,\"delta\":{\"role\":\"assistant\",\"content\":\"\"},"
                      "\"finish_reason\":null}],\"usage\":null}",
                      OPENING[1]);
}

static void drop(Client *client) {
    if (client->tls) ssl_free(client->tls);
    close(client->fd);
    client->tls = NULL;
    client->age++;
    client->busy = 0;
    client->size = 0;
    client->fd = -1;
}

/* Copy an event and give it the id of its answer. */
static size_t add(char *out, const char *text, size_t size, long request) {
    static const char DIGITS[] = "0123456789abcdef";
    memcpy(out, text, size);
    char *id = strstr(out, "5f0c6a9d0c9f4b6c");
    for (int place = 15; place >= 0; place--, request >>= 4) id[place] = DIGITS[request & 15];
    return size;
}

/* Send the next token of the answer that `client` is given; return whether more are to come. */
static int send_token(Client *client) {
    char out[4096];
    size_t size = 0;
    Request *request = &requests[client->request];
    int chat = request->chat;
    if (request->sent == 0) {
        memcpy(out, HEAD, size = sizeof HEAD - 1);
        if (chat) size += add(out + size, role_event, role_size, client->request);
    }
    if (request->sent + 1 < request->max_tokens) {
        size += add(out + size, token_event[chat], token_size[chat], client->request);
    } else {
        char usage[512];
        size += add(out + size, last_event[chat], last_size[chat], client->request);
        size_t usage_size = event(usage,
                      "{%s,\"choices\":[],\"usage\":{\"prompt_tokens\":%d,\"completion_tokens\":%d,"
                      "\"total_tokens\":%d}}",
                      OPENING[chat], request->prompt_tokens, request->max_tokens,
                      request->prompt_tokens + request->max_tokens);
        size += add(out + size, usage, usage_size, client->request);
        size += (size_t)sprintf(out + size, "e\r\ndata: [DONE]\n\n\r\n0\r\n\r\n");
    }
    double at = now_s();
    if (write_out(client, out, size) != (long)size) {
        epoll_ctl(epoll_fd, EPOLL_CTL_DEL, client->fd, NULL);
        drop(client);
        return 0;
    }
    request->token_at[request->sent++] = at;
    client->busy = request->sent < request->max_tokens;
    return client->busy;
}

static void send_due(Queue *queue) {
    double now = now_s();
    while (queue->count && queue->ring[queue->head].at <= now) {
        Due due = pop(queue);
        Client *client = &clients[due.fd];
        if (client->age != due.age || !client->busy) continue;
        int more = send_token(client);
        now = now_s();
        if (more) {
            double from = due.at > now - gap_s / 2 ? due.at : now - gap_s / 2;
            push(&later_due, (Due){from + gap_s, due.fd, due.age});
        }
    }
}

static void reply(Client *client, const char *status, const char *text, size_t size) {
    char head[256];
    int length = sprintf(head, "HTTP/1.1 %s\r\nContent-Type: application/json\r\nContent-Length: %zu\r\n\r\n",
                         status, size);
    struct pollfd writable = {client->fd, POLLOUT, 0};
    for (int part = 0; part < 2; part++) {
        const char *data = part ? text : head;
        size_t left = part ? size : (size_t)length;
        while (left) {
            long sent = write_out(client, data, left);
            if (sent > 0) data += sent, left -= (size_t)sent;
            else if (poll(&writable, 1, 10000) != 1) return;
        }
    }
}

static void reply_log(Client *client) {
    size_t room = 256;
    for (long i = 0; i < request_count; i++) room += 128 + 24 * (size_t)requests[i].sent;
    char *text = grown(NULL, room), *end = text;
    struct rusage used;
    getrusage(RUSAGE_SELF, &used);
    end += sprintf(end, "{\"first_at_s\":%.7f,\"cpu_s\":%.6f,\"requests\":[", first_at,
                   (double)(used.ru_utime.tv_sec + used.ru_stime.tv_sec) +
                       1e-6 * (double)(used.ru_utime.tv_usec + used.ru_stime.tv_usec));
    for (long i = 0; i < request_count; i++) {
        Request *request = &requests[i];
        end += sprintf(end, "%s[%d,%d,%.7f", i ? "," : "", request->prompt_tokens, request->max_tokens,
                       request->read_at);
        for (int k = 0; k < request->sent; k++) end += sprintf(end, ",%.7f", request->token_at[k]);
        *end++ = ']';
    }
    end += sprintf(end, "]}");
    reply(client, "200 OK", text, (size_t)(end - text));
    free(text);
}

/* ------------------------------------------------------------------ requests */

static const char *value_of(const char *body, const char *name) {
    const char *at = strstr(body, name);
    if (at == NULL) return NULL;
    at += strlen(name);
    while (*at == ' ' || *at == ':') at++;
    return at;
}

static int words_in(const char **at) {
    int words = 0, inside = 0;
    const char *sign = *at + 1;
    for (; *sign && *sign != '"'; sign++) {
        int blank = *sign == ' ' || (*sign == '\\' && (sign[1] == 'n' || sign[1] == 't'));
        if (*sign == '\\' && sign[1]) sign++;
        words += !blank && !inside;
        inside = !blank;
    }
    *at = sign;
    return words;
}

/* A word counts as a token, and so does an id. */
static int prompt_tokens(const char *body, int chat) {
    int tokens = 0;
    const char *at = value_of(body, chat ? "\"content\"" : "\"prompt\"");
    if (at && *at == '[' && !chat) {
        if (at[1] == '"') return at++, words_in(&at);
        for (tokens = 1; *at && *at != ']'; at++) tokens += *at == ',';
        return tokens;
    }
    for (; at; at = value_of(at, "\"content\"")) {
        if (*at == '[') at = value_of(at, "\"text\"");
        if (at == NULL || *at != '"') break;
        tokens += words_in(&at);
        if (!chat) break;
    }
    return tokens;
}

static void begin(Client *client, const char *body, int chat) {
    if (request_count == request_room) {
        request_room = request_room ? 2 * request_room : 65536;
        requests = grown(requests, (size_t)request_room * sizeof(Request));
    }
    const char *asked = value_of(body, "\"max_tokens\"");
    if (asked == NULL) asked = value_of(body, "\"max_completion_tokens\"");
    int tokens = asked ? atoi(asked) : 16;
    if (tokens < 1) tokens = 16;
    Request *request = &requests[request_count];
    *request = (Request){prompt_tokens(body, chat), tokens, 0, chat, now_s(), NULL};
    request->token_at = grown(NULL, (size_t)tokens * sizeof(double));
    client->request = request_count++;
    client->busy = 1;
    if (first_s > 0) {
        push(&first_due, (Due){request->read_at + first_s, client->fd, client->age});
    } else if (send_token(client)) {
        push(&later_due, (Due){request->read_at + gap_s, client->fd, client->age});
    }
}

static void answer(Client *client, const char *head, const char *body) {
    static const char MODELS[] = "{\"object\":\"list\",\"data\":[{\"id\":\"truth\",\"object\":\"model\","
                                 "\"owned_by\":\"truth\",\"max_model_len\":100000}]}";
    static const char NO[] = "{\"error\":{\"message\":\"no such path\"}}";
    static const char NOT_STREAMED[] = "{\"error\":{\"message\":\"this server only streams\"}}";
    const char *path = strchr(head, ' ');
    path = path ? path + 1 : head;
    if (first_at == 0 && strncmp(path, "/log", 4) && strncmp(path, "/forget", 7)) first_at = now_s();
    int chat = strncmp(path, "/v1/chat/completions", 20) == 0;
    if (chat || strncmp(path, "/v1/completions", 15) == 0) {
        const char *stream = value_of(body, "\"stream\"");
        if (stream && strncmp(stream, "true", 4) == 0) begin(client, body, chat);
        else reply(client, "400 Bad Request", NOT_STREAMED, sizeof NOT_STREAMED - 1);
    } else if (strncmp(path, "/log", 4) == 0) {
        reply_log(client);
    } else if (strncmp(path, "/forget", 7) == 0) {
        for (long i = 0; i < request_count; i++) free(requests[i].token_at);
        request_count = 0;
        first_at = 0;
        reply(client, "200 OK", "{}", 2);
    } else if (strncmp(path, "/v1/models", 10) == 0) {
        reply(client, "200 OK", MODELS, sizeof MODELS - 1);
    } else if (strncmp(path, "/health", 7) == 0) {
        reply(client, "200 OK", "{}", 2);
    } else {
        reply(client, "404 Not Found", NO, sizeof NO - 1);
    }
}

/* Answer what was read if it is a whole request; one at a time, as HTTP/1.1 clients ask. */
static void take(Client *client) {
    client->data[client->size] = 0;
    char *blank = strstr(client->data, "\r\n\r\n");
    if (blank == NULL) return;
    char *length = strcasestr(client->data, "\r\ncontent-length:");
    size_t wanted = length && length < blank ? strtoul(length + 17, NULL, 10) : 0;
    if (strcasestr(client->data, "expect: 100-continue")) write_out(client, "HTTP/1.1 100 Continue\r\n\r\n", 25);
    size_t head = (size_t)(blank + 4 - client->data);
    if (client->size < head + wanted) return;
    client->size = 0;
    answer(client, client->data, client->data + head);
}

static void on_readable(int fd) {
    Client *client = &clients[fd];
    if (client->tls && !client->shaken) {
        client->shaken = ssl_accept(client->tls) == 1;
        if (!client->shaken) return;
    }
    for (;;) {
        if (client->room - client->size < 16384 && client->room < REQUEST_SIZE) {
            client->room = client->room ? 4 * client->room : 32768;
            client->data = grown(client->data, client->room);
        }
        errno = 0;
        long got = read_in(client, client->data + client->size, client->room - client->size - 1);
        if (got <= 0) {
            if (client->tls ? errno == EAGAIN || errno == 0 : errno == EAGAIN) {
                char probe; /* TLS says "again" in its own way: ask the socket whether the peer is gone */
                if (!client->tls || recv(fd, &probe, 1, MSG_PEEK | MSG_DONTWAIT) != 0) return;
            }
            drop(client);
            return;
        }
        client->size += (size_t)got;
        take(client);
        if (client->tls == NULL || client->fd < 0) return;
    }
}

static void take_in(int listener) {
    int fd, one = 1;
    while ((fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK)) >= 0) {
        if (fd >= MOST_CLIENTS) {
            close(fd);
            continue;
        }
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
        Client *client = &clients[fd];
        client->fd = fd;
        client->shaken = 0;
        if (tls_context) {
            client->tls = ssl_new(tls_context);
            ssl_set_fd(client->tls, fd);
        }
        struct epoll_event readable = {EPOLLIN, {.fd = fd}};
        epoll_ctl(epoll_fd, EPOLL_CTL_ADD, fd, &readable);
    }
}

static double patience_s(void) {
    double due = 1e300;
    if (first_due.count) due = first_due.ring[first_due.head].at;
    if (later_due.count && later_due.ring[later_due.head].at < due) due = later_due.ring[later_due.head].at;
    double wait = due - now_s();
    return wait < 0 ? 0 : wait > 1 ? 1 : wait;
}

static void run(int listener) {
    struct epoll_event events[512];
    for (;;) {
        double wait = patience_s();
        if (wait > 0) { /* epoll_wait counts in milliseconds; ppoll does not */
            struct timespec left = {(time_t)wait, (long)(1e9 * (wait - (double)(time_t)wait))};
            struct pollfd any = {epoll_fd, POLLIN, 0};
            ppoll(&any, 1, &left, NULL);
        }
        int count = epoll_wait(epoll_fd, events, 512, 0);
        for (int i = 0; i < count; i++) {
            if (events[i].data.fd == listener) take_in(listener);
            else if (clients[events[i].data.fd].fd >= 0) on_readable(events[i].data.fd);
        }
        send_due(&first_due);
        send_due(&later_due);
    }
}

int main(int count, char **words) {
    if (count != 4 && count != 6) {
        fprintf(stderr, "usage: truth_server FIRST_S GAP_S CPU [CERTIFICATE KEY]\n");
        return 2;
    }
    first_s = atof(words[1]);
    gap_s = atof(words[2]);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    prctl(PR_SET_TIMERSLACK, 1000);
    if (atoi(words[3]) >= 0) {
        cpu_set_t cpus;
        CPU_ZERO(&cpus);
        CPU_SET(atoi(words[3]), &cpus);
        if (sched_setaffinity(0, sizeof cpus, &cpus)) fail("cannot pin to a core");
    }
    signal(SIGPIPE, SIG_IGN);
    if (count == 6) load_tls(words[4], words[5]);
    prepare_events();
    for (int fd = 0; fd < MOST_CLIENTS; fd++) clients[fd].fd = -1;
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof address;
    if (bind(listener, (struct sockaddr *)&address, size) || listen(listener, 4096)) fail("cannot listen");
    getsockname(listener, (struct sockaddr *)&address, &size);
    epoll_fd = epoll_create1(0);
    struct epoll_event readable = {EPOLLIN, {.fd = listener}};
    epoll_ctl(epoll_fd, EPOLL_CTL_ADD, listener, &readable);
    printf("%d\n", ntohs(address.sin_port));
    fflush(stdout);
    run(listener);
}
