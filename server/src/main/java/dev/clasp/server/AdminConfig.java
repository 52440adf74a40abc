package dev.clasp.server;

import dev.clasp.security.TokenAuthenticator;
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
 * @param authenticator who lets people in: knows which tokens there are, and what they may do
 * @param reload reads the configuration again; its result is a sentence
 * @param reloadPreview what {@code reload} would change, as JSON; changes nothing
 * @param drain begins to stop the server and returns at once
 * @param snapshot writes the state to the disk now; without it the server does it itself, if it
 *     keeps one
 * @param logLevel sets the level of the log: trace, debug, info, warn or error
 * @param currentLevel the level that holds
 * @param more further calls, which other modules bring
 */
public record AdminConfig(
    EventFeed events,
    Optional<Supplier<byte[]>> settings,
    Optional<TokenStoreFile> tokens,
    Runnable tokensChanged,
    Optional<TokenAuthenticator> authenticator,
    Optional<Supplier<String>> reload,
    Optional<Supplier<byte[]>> reloadPreview,
    Optional<Runnable> drain,
    Optional<Runnable> snapshot,
    Optional<Consumer<String>> logLevel,
    Optional<Supplier<String>> currentLevel,
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

  public AdminConfig withAuthenticator(TokenAuthenticator value) {
    return with(copy -> copy.authenticator = value);
  }

  public AdminConfig withReload(Supplier<String> value) {
    return with(copy -> copy.reload = value);
  }

  public AdminConfig withReloadPreview(Supplier<byte[]> value) {
    return with(copy -> copy.reloadPreview = value);
  }

  public AdminConfig withDrain(Runnable value) {
    return with(copy -> copy.drain = value);
  }

  public AdminConfig withSnapshot(Runnable value) {
    return with(copy -> copy.snapshot = value);
  }

  /**
   * @param set sets the level
   * @param current says which holds
   */
  public AdminConfig withLogLevel(Consumer<String> set, Supplier<String> current) {
    return with(copy -> {
      copy.logLevel = set;
      copy.currentLevel = current;
    });
  }

  public AdminConfig withMore(List<AdminRoute> value) {
    return with(copy -> copy.more = value);
  }

  private AdminConfig with(Consumer<Copy> change) {
    Copy copy = new Copy(events);
    copy.settings = settings.orElse(null);
    copy.tokens = tokens.orElse(null);
    copy.tokensChanged = tokensChanged;
    copy.authenticator = authenticator.orElse(null);
    copy.reload = reload.orElse(null);
    copy.reloadPreview = reloadPreview.orElse(null);
    copy.drain = drain.orElse(null);
    copy.snapshot = snapshot.orElse(null);
    copy.logLevel = logLevel.orElse(null);
    copy.currentLevel = currentLevel.orElse(null);
    copy.more = more;
    change.accept(copy);
    return copy.config();
  }

  private static final class Copy {
    private final EventFeed events;
    private @Nullable Supplier<byte[]> settings;
    private @Nullable TokenStoreFile tokens;
    private Runnable tokensChanged = () -> {};
    private @Nullable TokenAuthenticator authenticator;
    private @Nullable Supplier<String> reload;
    private @Nullable Supplier<byte[]> reloadPreview;
    private @Nullable Runnable drain;
    private @Nullable Runnable snapshot;
    private @Nullable Consumer<String> logLevel;
    private @Nullable Supplier<String> currentLevel;
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
          Optional.ofNullable(authenticator),
          Optional.ofNullable(reload),
          Optional.ofNullable(reloadPreview),
          Optional.ofNullable(drain),
          Optional.ofNullable(snapshot),
          Optional.ofNullable(logLevel),
          Optional.ofNullable(currentLevel),
          more);
    }
  }
}
