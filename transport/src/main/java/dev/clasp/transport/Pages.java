package dev.clasp.transport;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import java.net.SocketAddress;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Requests as whoever answers them sees them, and answers as they are sent; all of HTTP alike. */
final class Pages {

  /**
   * On every answer that does not say otherwise: browsers take it for what it is, show it in no
   * frame, run nothing that might be in it, keep it nowhere, tell nobody its address and give it to
   * no page of others.
   */
  private static final Map<String, String> PROTECTION =
      Map.of(
          "X-Content-Type-Options", "nosniff",
          "X-Frame-Options", "DENY",
          "Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'",
          "Referrer-Policy", "no-referrer",
          "Cross-Origin-Resource-Policy", "same-origin",
          "Cache-Control", "no-store");

  /** To which every proxy on the way may add a line. */
  private static final Set<String> HOPS = Set.of("x-forwarded-for", "forwarded");

  private static final Logger LOG = LoggerFactory.getLogger(Pages.class);

  private Pages() {}

  /** An answer comes on any thread; what becomes of it is done on that of the connection. */
  static void onLoop(ChannelHandlerContext context, Runnable task) {
    if (context.executor().inEventLoop()) {
      task.run();
      return;
    }
    try {
      context.executor().execute(task);
    } catch (RejectedExecutionException e) {
      // The loop has stopped, and the connection with it.
    }
  }

  /**
   * Asks for an answer.
   *
   * @param body released when there is an answer
   * @param answer called once, now or later, on any thread
   */
  static void ask(
      HttpHandler pages,
      SocketAddress remote,
      HttpRequest request,
      RequestBody body,
      Consumer<HttpReply> answer) {
    byte[] bytes = body.whole();
    if (body.problem().isPresent()) {
      answer.accept(refusal(pages, request, body.problem().get()));
      return;
    }
    String target = originForm(request.uri());
    int question = target.indexOf('?');
    String path = question < 0 ? target : target.substring(0, question);
    Map<String, String> headers = headers(request);
    if (body.compressed()) {
      headers.remove("content-encoding");
      headers.replace("content-length", Integer.toString(bytes.length));
    }
    try {
      pages.handle(
          new HttpQuery(
              remote,
              request.method().name(),
              path,
              question < 0 ? "" : target.substring(question + 1),
              headers,
              bytes),
          answer);
    } catch (RuntimeException | StackOverflowError e) {
      // Not the query: tokens may be in it.
      LOG.error("answering {} {} failed", request.method(), printable(path), e);
      answer.accept(HttpReply.text(500, "internal error\n"));
    }
  }

  /** Why a request is refused before it is whole, in the form that belongs to its path. */
  static HttpReply refusal(HttpHandler pages, HttpRequest request, HttpReply plain) {
    String target = originForm(request.uri());
    int question = target.indexOf('?');
    try {
      return pages.refused(question < 0 ? target : target.substring(0, question), plain);
    } catch (RuntimeException e) {
      LOG.error("refusing a request failed", e);
      return plain;
    }
  }

  private static Map<String, String> headers(HttpRequest request) {
    Map<String, String> headers = new HashMap<>();
    request
        .headers()
        .forEach(h -> {
          String name = h.getKey().toLowerCase(Locale.ROOT);
          if (HOPS.contains(name)) {
            headers.merge(name, h.getValue(), (first, next) -> first + ", " + next);
          } else {
            headers.put(name, h.getValue());
          }
        });
    return headers;
  }

  /** Servers must also take {@code http://host/path} as the target (RFC 9112 section 3.2.2). */
  private static String originForm(String target) {
    int scheme = target.indexOf("://");
    if (target.startsWith("/") || scheme < 0) {
      return target;
    }
    int path = target.indexOf('/', scheme + 3);
    return path < 0 ? "/" : target.substring(path);
  }

  /** An answer with its body. */
  static FullHttpResponse whole(HttpReply reply, boolean headOnly) {
    // RFC 9110 section 8.6 and 15.4.5: these have no body and say no length.
    boolean bare = reply.status() == 204 || reply.status() == 304;
    FullHttpResponse response =
        new DefaultFullHttpResponse(
            HttpVersion.HTTP_1_1,
            HttpResponseStatus.valueOf(reply.status()),
            headOnly || bare ? Unpooled.EMPTY_BUFFER : Unpooled.wrappedBuffer(reply.body()));
    describe(response, reply);
    if (bare) {
      response.headers().remove(HttpHeaderNames.CONTENT_TYPE);
    } else if (reply.stream().isEmpty()) {
      response.headers().set(HttpHeaderNames.CONTENT_LENGTH, reply.body().length);
    }
    return response;
  }

  /** The head of an answer that is sent piece by piece. */
  static HttpResponse head(HttpReply reply) {
    HttpResponse head =
        new DefaultHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.valueOf(reply.status()));
    describe(head, reply);
    return head;
  }

  private static void describe(HttpResponse response, HttpReply reply) {
    response.headers().set(HttpHeaderNames.CONTENT_TYPE, reply.contentType());
    PROTECTION.forEach(response.headers()::set);
    reply.headers().forEach(response.headers()::set);
  }

  /** What a peer sent, fit for a log and a terminal. */
  static String printable(String text) {
    String start = text.length() > 200 ? text.substring(0, 200) + "..." : text;
    return start.replaceAll("[^\\x20-\\x7E]", "?");
  }
}
