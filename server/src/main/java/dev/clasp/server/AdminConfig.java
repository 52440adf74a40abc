package dev.clasp.server;

import dev.clasp.security.TokenStoreFile;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What the admin API can do besides looking at the router: given by whoever runs the server. What
 * is not given is answered with 501. The actions run on a thread of the API and may wait; whatever
 * they throw is told to the caller as a sentence. Immutable.
 *
 * @param events of which {@code /admin/v1/events} tells; whoever runs the server feeds it
 * @param settings the effective configuration as JSON, secrets masked
 * @param tokens the store that the router reads, for making and revoking tokens
 * @param tokensChanged run after a change of the store; when it returns, the router knows of it
 * @param reload reads the configuration again; its result is a sentence
 * @param drain begins to stop the server and returns at once
 * @param snapshot writes the state to the disk now; without it the server does it itself, if it
 *     keeps one
 * @param logLevel sets the level of the log: trace, debug, info, warn or error
 * @param more further calls, which other modules bring
 */
public record AdminConfig(
    EventFeed events,
    Optional<Supplier<byte[]>> settings,
    Optional<TokenStoreFile> tokens,
    Runnable tokensChanged,
    Optional<Supplier<String>> reload,
    Optional<Runnable> drain,
    Optional<Runnable> snapshot,
    Optional<Consumer<String>> logLevel,
    List<AdminRoute> more) {

  public AdminConfig {
    more = List.copyOf(more);
  }

  /** Nothing is given. */
  public static AdminConfig of(EventFeed events) {
    return new Copy(events).config();
  }

  public AdminConfig withSettings(Supplier<byte[]> value) {
    return with(copy -> copy.settings = value);
  }

  public AdminConfig withTokens(TokenStoreFile store, Runnable changed) {
    return with(copy -> {
      copy.tokens = store;
      copy.tokensChanged = changed;
    });
  }

  public AdminConfig withReload(Supplier<String> value) {
    return with(copy -> copy.reload = value);
  }

  public AdminConfig withDrain(Runnable value) {
    return with(copy -> copy.drain = value);
  }

  public AdminConfig withSnapshot(Runnable value) {
    return with(copy -> copy.snapshot = value);
  }

  public AdminConfig withLogLevel(Consumer<String> value) {
    return with(copy -> copy.logLevel = value);
  }

  public AdminConfig withMore(List<AdminRoute> value) {
    return with(copy -> copy.more = value);
  }

  private AdminConfig with(Consumer<Copy> change) {
    Copy copy = new Copy(events);
    copy.settings = settings.orElse(null);
    copy.tokens = tokens.orElse(null);
    copy.tokensChanged = tokensChanged;
    copy.reload = reload.orElse(null);
    copy.drain = drain.orElse(null);
    copy.snapshot = snapshot.orElse(null);
    copy.logLevel = logLevel.orElse(null);
    copy.more = more;
    change.accept(copy);
    return copy.config();
  }

  private static final class Copy {
    private final EventFeed events;
    private @Nullable Supplier<byte[]> settings;
    private @Nullable TokenStoreFile tokens;
    private Runnable tokensChanged = () -> {};
    private @Nullable Supplier<String> reload;
    private @Nullable Runnable drain;
    private @Nullable Runnable snapshot;
    private @Nullable Consumer<String> logLevel;
    private List<AdminRoute> more = List.of();

    Copy(EventFeed events) {
      this.events = events;
    }

    AdminConfig config() {
      return new AdminConfig(
          events,
          Optional.ofNullable(settings),
          Optional.ofNullable(tokens),
          tokensChanged,
          Optional.ofNullable(reload),
          Optional.ofNullable(drain),
          Optional.ofNullable(snapshot),
          Optional.ofNullable(logLevel),
          more);
    }
  }
}
