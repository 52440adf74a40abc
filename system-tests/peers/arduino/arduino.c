/*
 * Behaves on the wire as the Arduino library of CLASP is described to do: plain TCP, each frame
 * behind its length in four bytes, buffers of 256 bytes, an unsolicited PONG after a silence. The
 * library itself is in no package registry; this is written from its description.
 *
 *   arduino HOST PORT NAME SILENCE_MS
 *
 * Commands come as lines on the standard input, and what happens goes as lines to the standard
 * output (see ../README.md).
 */
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

/* What the library has room for: the length and a frame of 252 bytes. */
#define BUFFER 256
#define LONGEST 252

enum { HELLO = 0x01, WELCOME = 0x02, SUBSCRIBE = 0x10, PUBLISH = 0x20, SET = 0x21, SNAPSHOT = 0x23 };
enum { PING = 0x41, PONG = 0x42, ERROR = 0x51 };
enum { V_NULL, V_BOOL, V_I8, V_I16, V_I32, V_I64, V_F32, V_F64, V_TEXT };

static int sock;
static int64_t last_traffic;

static int64_t now_ms(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static void fail(const char *what) {
  fprintf(stderr, "%s: %s\n", what, strerror(errno));
  exit(1);
}

/* --- sending --------------------------------------------------------------------------------- */

static uint8_t out[BUFFER];
static size_t out_length;

static void u8(unsigned v) { out[out_length++] = (uint8_t)v; }
static void u16(unsigned v) { u8(v >> 8); u8(v & 0xFF); }
static void u32(uint32_t v) { u16(v >> 16); u16(v & 0xFFFF); }

static void text(const char *s) {
  size_t n = strlen(s);
  u16((unsigned)n);
  memcpy(out + out_length, s, n);
  out_length += n;
}

/* Leaves room for the length and the header of the frame. */
static void begin(unsigned type) {
  out_length = 8;
  u8(type);
}

static void end(unsigned flags) {
  size_t all = out_length;
  out_length = 0;
  u32((uint32_t)(all - 4));
  u8(0x53);
  u8(flags);
  u16((unsigned)(all - 8));
  for (size_t at = 0; at < all;) {
    ssize_t n = send(sock, out + at, all - at, MSG_NOSIGNAL);
    if (n <= 0) fail("send");
    at += (size_t)n;
  }
  last_traffic = now_ms();
}

static void say_pong(void) {
  begin(PONG);
  end(0x01);
}

/* --- receiving ------------------------------------------------------------------------------- */

static unsigned in16(const uint8_t *b) { return (unsigned)b[0] << 8 | b[1]; }

/* Prints a value and returns its length; 0 for one that the library cannot read. */
static size_t value(unsigned type, const uint8_t *b, size_t left) {
  static const size_t lengths[] = {0, 1, 1, 2, 4, 8, 4, 8};
  if (type == V_TEXT) {
    if (left < 2 || left < 2u + in16(b)) return 0;
    printf("text %.*s", (int)in16(b), (const char *)b + 2);
    return 2u + in16(b);
  }
  if (type > V_F64 || left < lengths[type]) return 0;
  uint64_t bits = 0;
  for (size_t i = 0; i < lengths[type]; i++) bits = bits << 8 | b[i];
  if (type == V_F32) {
    uint32_t low = (uint32_t)bits;
    float f;
    memcpy(&f, &low, sizeof f);
    printf("float %g", f);
  } else if (type == V_F64) {
    double d;
    memcpy(&d, &bits, sizeof d);
    printf("float %g", d);
  } else {
    printf("int %ld", (long)(int32_t)bits);
  }
  return type == V_NULL ? SIZE_MAX : lengths[type];
}

/* The parameters of a snapshot: value type in the low bits of their flags. Returns how many. */
static unsigned snapshot(const uint8_t *b, size_t length) {
  if (length < 2) return 0;
  unsigned count = in16(b), seen = 0;
  size_t at = 2;
  while (seen < count) {
    if (at + 2 > length) break;
    unsigned n = in16(b + at);
    at += 2;
    if (at + n + 1 > length) break;
    const char *address = (const char *)b + at;
    at += n;
    unsigned type = b[at++];
    printf("parameter %.*s ", (int)n, address);
    size_t used = value(type, b + at, length - at);
    printf("\n");
    if (used == 0) break;
    at += used == SIZE_MAX ? 0 : used;
    at += 8; /* revision */
    if (at >= length) break;
    unsigned options = b[at++];
    if (options & 1) at += at + 2 <= length ? 2u + in16(b + at) : 2; /* writer */
    if (options & 2) at += 8;                                        /* time */
    seen++;
  }
  return seen;
}

static void frame(const uint8_t *b, size_t length) {
  if (length < 5 || b[0] != 0x53) {
    printf("garbage\n");
    return;
  }
  const uint8_t *p = b + 4;
  size_t n = length - 4;
  switch (p[0]) {
    case WELCOME:
      printf("welcome\n");
      break;
    case PING:
      say_pong();
      break;
    case SET: {
      unsigned type = p[1] & 0x0F, a = in16(p + 2);
      printf("set %.*s ", (int)a, (const char *)p + 4);
      value(type, p + 4 + a, n - 4 - a);
      printf("\n");
      break;
    }
    case SNAPSHOT:
      printf("snapshot %u\n", snapshot(p + 1, n - 1));
      break;
    case PUBLISH:
      printf("publish\n");
      break;
    default:
      printf("ignored %u\n", p[0]);
  }
}

static uint8_t in[BUFFER];
static size_t in_length;

/* One read of the socket. The buffer holds one frame of LONGEST bytes; a longer one is skipped. */
static int receive(void) {
  static size_t skip;
  ssize_t n = recv(sock, in + in_length, sizeof in - in_length, 0);
  if (n <= 0) {
    printf("end\n");
    return 0;
  }
  last_traffic = now_ms();
  in_length += (size_t)n;
  for (;;) {
    if (skip > 0) {
      size_t part = skip < in_length ? skip : in_length;
      memmove(in, in + part, in_length - part);
      in_length -= part;
      skip -= part;
    }
    if (in_length < 4) return 1;
    size_t length = (size_t)in[0] << 24 | (size_t)in[1] << 16 | in16(in + 2);
    if (length > LONGEST) {
      printf("skipped %zu\n", length);
      skip = 4 + length;
      continue;
    }
    if (in_length < 4 + length) return 1;
    printf("frame %zu\n", length);
    frame(in + 4, length);
    memmove(in, in + 4 + length, in_length - 4 - length);
    in_length -= 4 + length;
  }
}

/* --- commands -------------------------------------------------------------------------------- */

static void command(char *line) {
  static uint32_t last_subscription;
  char *word = strtok(line, " ");
  char *address = strtok(NULL, " ");
  char *number = strtok(NULL, " ");
  if (word == NULL) return;
  if (strcmp(word, "set") == 0 && number != NULL && strlen(address) < 64) {
    float f = strtof(number, NULL);
    uint32_t bits;
    memcpy(&bits, &f, sizeof bits);
    begin(SET);
    u8(V_F32);
    text(address);
    u32(bits);
    end(0x01);
  } else if (strcmp(word, "subscribe") == 0 && address != NULL && strlen(address) < 64) {
    begin(SUBSCRIBE);
    u32(++last_subscription);
    text(address);
    u8(0xFF);
    u8(0);
    end(0x01);
  } else {
    fprintf(stderr, "no such command: %s\n", word);
  }
}

static void dial(const char *host, const char *port) {
  struct addrinfo hints = {0}, *found;
  hints.ai_socktype = SOCK_STREAM;
  if (getaddrinfo(host, port, &hints, &found) != 0) fail(host);
  sock = socket(found->ai_family, found->ai_socktype, found->ai_protocol);
  if (sock < 0 || connect(sock, found->ai_addr, found->ai_addrlen) < 0) fail("connect");
  freeaddrinfo(found);
  int one = 1;
  setsockopt(sock, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
}

int main(int argc, char **argv) {
  if (argc != 5) {
    fprintf(stderr, "usage: arduino HOST PORT NAME SILENCE_MS\n");
    return 2;
  }
  long silence = strtol(argv[4], NULL, 10);
  setvbuf(stdout, NULL, _IOLBF, 0);
  dial(argv[1], argv[2]);
  begin(HELLO);
  u8(1);
  u8(0xE0);
  text(argv[3]);
  text("");
  end(0x41);
  struct pollfd ready[] = {{.fd = sock, .events = POLLIN}, {.fd = 0, .events = POLLIN}};
  char line[200];
  for (;;) {
    int64_t left = silence - (now_ms() - last_traffic);
    if (left <= 0) {
      say_pong();
      printf("pong\n");
      continue;
    }
    if (poll(ready, 2, (int)left) < 0) fail("poll");
    if (ready[0].revents != 0 && !receive()) return 0;
    if (ready[1].revents != 0) {
      ssize_t n = read(0, line, sizeof line - 1);
      if (n <= 0) return 0;
      line[n] = '\0';
      for (char *at = line, *newline; (newline = strchr(at, '\n')) != NULL; at = newline + 1) {
        *newline = '\0';
        command(at);
      }
    }
  }
}
