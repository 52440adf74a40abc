package dev.clasp.bench;

import dev.clasp.transport.ClientTls;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A server that we start as a process of its own, and end. It has to print its URL, {@code
 * ws://...} or the like, when it is ready, and should end when its standard input does.
 */
public final class ServerProcess implements BenchTarget {

  private static final Duration READY = Duration.ofSeconds(60);

  private final String name;
  private final Process process;
  private final URI uri;

  private final ClientTls tls;

  private ServerProcess(String name, Process process, URI uri, ClientTls tls) {
    this.name = name;
    this.process = process;
    this.uri = uri;
    this.tls = tls;
  }

  /**
   * Starts a command and waits until it is ready.
   *
   * @throws BenchException it cannot be started, ends, or prints no URL within a minute
   */
  public static ServerProcess start(String name, List<String> command) {
    return start(name, "wss?", command);
  }

  /**
   * Starts a command that prints several URLs.
   *
   * @param scheme of the URL to take, as a regular expression
   * @throws BenchException it cannot be started, ends, or prints no URL within a minute
   */
  public static ServerProcess start(String name, String scheme, List<String> command) {
    Pattern pattern = Pattern.compile("\\b" + scheme + "://[^\\s\"',]+");
    Process process;
    try {
      process = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    } catch (IOException e) {
      throw new BenchException("cannot start " + name + ": " + e.getMessage(), e);
    }
    CompletableFuture<URI> ready = new CompletableFuture<>();
    Thread reader = new Thread(() -> read(name, pattern, process, ready), name + " output");
    reader.setDaemon(true);
    reader.start();
    try {
      return new ServerProcess(
          name, process, ready.get(READY.toNanos(), TimeUnit.NANOSECONDS), ClientTls.DEFAULT);
    } catch (TimeoutException e) {
      end(process);
      throw new BenchException(name + " printed no URL within " + READY.toSeconds() + " s", e);
    } catch (ExecutionException e) {
      end(process);
      throw new BenchException(String.valueOf(e.getCause()), e);
    } catch (InterruptedException e) {
      end(process);
      Thread.currentThread().interrupt();
      throw new BenchException("interrupted", e);
    }
  }

  /** A command that runs a class of this class path on this Java. */
  public static List<String> java(List<String> options, String mainClass, String... arguments) {
    List<String> command = new ArrayList<>();
    command.add(System.getProperty("java.home") + File.separator + "bin" + File.separator + "java");
    command.add("--enable-native-access=ALL-UNNAMED");
    command.addAll(options);
    command.add("-cp");
    command.add(System.getProperty("java.class.path"));
    command.add(mainClass);
    command.addAll(List.of(arguments));
    return command;
  }

  /** Finds the URL, then goes on reading so that the process never waits for us. */
  private static void read(
      String name, Pattern pattern, Process process, CompletableFuture<URI> ready) {
    try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        Matcher url = pattern.matcher(line);
        if (!ready.isDone() && url.find()) {
          ready.complete(URI.create(url.group()));
        }
      }
    } catch (IOException e) {
      // The process has ended.
    }
    ready.completeExceptionally(new BenchException(name + " ended before it was ready"));
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public URI uri() {
    return uri;
  }

  @Override
  public ClientTls tls() {
    return tls;
  }

  @Override
  public ServerProcess trusting(ClientTls trusted) {
    return new ServerProcess(name, process, uri, trusted);
  }

  @Override
  public OptionalLong pid() {
    return OptionalLong.of(process.pid());
  }

  @Override
  public void close() {
    end(process);
  }

  private static void end(Process process) {
    try {
      process.getOutputStream().close();
      if (!process.waitFor(3, TimeUnit.SECONDS)) {
        process.destroy();
        if (!process.waitFor(5, TimeUnit.SECONDS)) {
          process.destroyForcibly();
        }
      }
    } catch (IOException e) {
      process.destroy();
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }
}
