package dev.clasp.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The blocking face offers what the asynchronous one does. */
class FacesTest {

  /** Nobody asks these of the router: they never wait, and the asynchronous face has them. */
  private static final Set<String> OWN =
      Set.of(
          "signals",
          "listen",
          "session",
          "server",
          "state",
          "statistics",
          "meters",
          "blocking",
          "close",
          "closeAsync",
          "toString",
          "clock",
          "cacheEntry");

  @Test
  void everyOperationHasAMethodThatWaits() {
    Set<String> blocking =
        operations(BlockingClient.class).stream()
            .map(FacesTest::signature)
            .collect(Collectors.toSet());
    List<String> missing =
        operations(ClaspClient.class).stream()
            .filter(method -> !OWN.contains(method.getName()))
            // A queue takes the place of the callback.
            .filter(method -> !method.getName().equals("subscribe"))
            .map(FacesTest::signature)
            .filter(signature -> !blocking.contains(signature))
            .toList();
    assertThat(missing).isEmpty();
  }

  @Test
  void nothingThatWaitsReturnsAFuture() {
    assertThat(operations(BlockingClient.class))
        .noneMatch(method -> CompletableFuture.class.isAssignableFrom(method.getReturnType()));
  }

  private static List<Method> operations(Class<?> type) {
    return Arrays.stream(type.getDeclaredMethods())
        .filter(method -> Modifier.isPublic(method.getModifiers()))
        .filter(method -> !Modifier.isStatic(method.getModifiers()) && !method.isSynthetic())
        .toList();
  }

  private static String signature(Method method) {
    return method.getName()
        + Arrays.stream(method.getParameterTypes())
            .map(Class::getSimpleName)
            .collect(Collectors.joining(", ", "(", ")"));
  }
}
