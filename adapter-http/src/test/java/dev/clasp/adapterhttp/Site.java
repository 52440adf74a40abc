package dev.clasp.adapterhttp;

import dev.clasp.bridge.JsonValues;
import dev.clasp.client.ClaspClient;
import dev.clasp.protocol.Value;
import dev.clasp.server.ClaspServer;
import dev.clasp.server.ServerConfig;
import dev.clasp.web.HttpApiConfig;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** A router with the HTTP API, on loopback, and somebody to ask it. */
final class Site implements AutoCloseable {

  private static final Duration LIMIT = Duration.ofSeconds(60);

  final ClaspServer server;
  final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).connectTimeout(LIMIT).build();
  HttpAdapter adapter;

  private Site(ServerConfig serving, HttpApiConfig config) {
    HttpAdapter[] made = new HttpAdapter[1];
    server =
        ClaspServer.start(
            serving
                .withPort(0)
                .withLoops(2)
                .withCompanions(
                    List.of(s -> {
                      made[0] = (HttpAdapter) HttpAdapter.factory(config).create(s);
                      return made[0];
                    })));
    adapter = made[0];
  }

  static Site open() {
    return open(ServerConfig.DEFAULT, HttpApiConfig.DEFAULT);
  }

  static Site open(ServerConfig serving, HttpApiConfig config) {
    return new Site(serving, config);
  }

  /** What is there now, by its name in the status. */
  long now(String counter) {
    return adapter.counters().getOrDefault(counter, -1L);
  }

  int port() {
    return server.address().getPort();
  }

  URI uri(String path) {
    return URI.create("http://127.0.0.1:" + port() + path);
  }

  ClaspClient clasp() {
    return ClaspClient.builder(server.url()).connectBlocking();
  }

  HttpRequest.Builder request(String method, String path, String... headers) {
    return request(method, path, HttpRequest.BodyPublishers.noBody(), headers);
  }

  HttpRequest.Builder request(
      String method, String path, HttpRequest.BodyPublisher body, String... headers) {
    HttpRequest.Builder builder =
        HttpRequest.newBuilder(uri(path)).timeout(LIMIT).method(method, body);
    return headers.length == 0 ? builder : builder.headers(headers);
  }

  HttpResponse<byte[]> send(HttpRequest.Builder request) {
    try {
      return http.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
    } catch (IOException e) {
      throw new AssertionError(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }

  Answer get(String path, String... headers) {
    return new Answer(send(request("GET", path, headers)));
  }

  Answer ask(String method, String path, String... headers) {
    return new Answer(send(request(method, path, headers)));
  }

  /** Sends JSON. */
  Answer send(String method, String path, String json, String... headers) {
    return new Answer(
        send(
            request(method, path, HttpRequest.BodyPublishers.ofString(json), headers)
                .setHeader("Content-Type", "application/json")));
  }

  Answer send(String method, String path, String type, byte[] body, String... headers) {
    return new Answer(
        send(
            request(method, path, HttpRequest.BodyPublishers.ofByteArray(body), headers)
                .setHeader("Content-Type", type)));
  }

  record Answer(HttpResponse<byte[]> response) {

    int status() {
      return response.statusCode();
    }

    String text() {
      return new String(response.body(), StandardCharsets.UTF_8);
    }

    byte[] bytes() {
      return response.body();
    }

    String header(String name) {
      return response.headers().firstValue(name).orElse("");
    }

    Value json() {
      return JsonValues.parse(text())
          .orElseThrow(() -> new AssertionError(status() + " with no JSON: " + text()));
    }

    Value at(String... path) {
      Value value = json();
      for (String name : path) {
        value =
            value instanceof Value.Map(Map<String, Value> entries)
                ? entries.getOrDefault(name, Value.NULL)
                : Value.NULL;
      }
      return value;
    }
  }

  @Override
  public void close() {
    server.close();
    http.shutdownNow();
  }
}
