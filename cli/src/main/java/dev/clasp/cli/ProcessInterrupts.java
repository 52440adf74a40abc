package dev.clasp.cli;

import java.lang.reflect.Proxy;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.IntConsumer;
import org.slf4j.LoggerFactory;

/**
 * Signals of this process. The JVM's own way, a shutdown hook, hears the first signal only; but who
 * presses Ctrl-C twice means it. {@code sun.misc.Signal} is in the module {@code jdk.unsupported},
 * which every JDK has and says to keep (JEP 260).
 */
final class ProcessInterrupts implements Interrupts {

  private static final int FATAL = 128;
  private static final int THREADS_MORE = 16;

  private final List<Runnable> actions = new CopyOnWriteArrayList<>();
  private final List<Runnable> impatience = new CopyOnWriteArrayList<>();
  private final List<Runnable> hangups = new CopyOnWriteArrayList<>();
  private int received;

  ProcessInterrupts() {
    handle("INT", this::interrupted);
    handle("TERM", this::interrupted);
  }

  @Override
  public Registration onInterrupt(Runnable action) {
    return register(actions, action);
  }

  @Override
  public Registration onImpatience(Runnable action) {
    return register(impatience, action);
  }

  @Override
  public Registration onHangup(Runnable action) {
    Registration registration = register(hangups, action);
    // Only now: whoever does not ask for it ends with the terminal, as programs do.
    if (!handle("HUP", _ -> hangups.forEach(Runnable::run))) {
      LoggerFactory.getLogger(ProcessInterrupts.class)
          .info(
              "SIGHUP is ignored here, as it was when this began (nohup): settings can be read"
                  + " again with POST /admin/v1/reload");
    }
    return registration;
  }

  private static Registration register(List<Runnable> list, Runnable action) {
    Runnable own = action::run;
    list.add(own);
    return () -> list.remove(own);
  }

  /**
   * Ends the process; to be called last by the thread that began it.
   *
   * <p>{@code exit} asks for a logger, and the search for one opens every jar. So it is left out
   * when the process ends without it.
   */
  void exit(int status) {
    if (status != ExitStatus.OK || othersRun()) {
      Runtime.getRuntime().exit(status);
    }
  }

  /** Does another thread keep the process alive? */
  private static boolean othersRun() {
    ThreadGroup all = Thread.currentThread().getThreadGroup();
    for (ThreadGroup up = all; up != null; up = up.getParent()) {
      all = up;
    }
    Thread[] threads = new Thread[2 * all.activeCount() + THREADS_MORE];
    int count = all.enumerate(threads);
    if (count == threads.length) {
      return true;
    }
    for (int i = 0; i < count; i++) {
      Thread thread = threads[i];
      if (thread != null && !thread.isDaemon() && thread != Thread.currentThread()) {
        return true;
      }
    }
    return false;
  }

  /**
   * Calls {@code action} with the number of each such signal, on a thread of its own.
   *
   * @return false: the signal was ignored when the process began, and the JVM leaves it so
   */
  private static boolean handle(String name, IntConsumer action) {
    try {
      Class<?> signal = Class.forName("sun.misc.Signal");
      Class<?> handler = Class.forName("sun.misc.SignalHandler");
      Object number = signal.getMethod("getNumber").invoke(signal(signal, name));
      Object calls =
          Proxy.newProxyInstance(
              handler.getClassLoader(),
              new Class<?>[] {handler},
              (_, method, _) ->
                  switch (method.getName()) {
                    case "handle" -> {
                      action.accept((int) number);
                      yield null;
                    }
                    case "equals" -> false;
                    case "hashCode" -> 0;
                    default -> name;
                  });
      Object before =
          signal.getMethod("handle", signal, handler).invoke(null, signal(signal, name), calls);
      return !handler.getField("SIG_IGN").get(null).equals(before);
    } catch (ReflectiveOperationException e) {
      LoggerFactory.getLogger(ProcessInterrupts.class).debug("SIG{} is not heard", name, e);
      return true;
    }
  }

  private static Object signal(Class<?> type, String name) throws ReflectiveOperationException {
    return type.getConstructor(String.class).newInstance(name);
  }

  private synchronized void interrupted(int signal) {
    received++;
    List<Runnable> next = received == 1 ? actions : received == 2 ? impatience : List.of();
    if (next.isEmpty()) {
      Runtime.getRuntime().halt(FATAL + signal);
    }
    next.forEach(Runnable::run);
  }
}
