package dev.clasp.security;

import dev.clasp.protocol.ErrorCode;
import dev.clasp.security.LoginReport.Outcome;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets in who has a token: a pre-shared key of a file, or a JWT (operations.md 7.1, 8.4). Of the
 * tokens of the reference those that begin with {@code cap_} and {@code ent_} are refused: they can
 * be forged and replayed (SEC-10, SEC-38).
 *
 * <p>Clients learn three things at most: that a token is wanted, that it is wrong, that it has
 * expired. Why, is in the log and in the {@link LoginReport}.
 *
 * <p>Pre-shared keys are answered within the call, everything else on another thread. Thread-safe.
 * Until {@link #start} files are not read again, keys not fetched, and nobody is told of expiry.
 */
public final class TokenAuthenticator implements Authenticator, AutoCloseable {

  static final String NO_TOKEN = "Authentication required";
  static final String EXPIRED = "Token has expired";
  static final String INVALID = "Invalid token";
  static final String TOO_MANY = "Too many attempts";

  private static final Logger LOG = LoggerFactory.getLogger(TokenAuthenticator.class);

  /** Often enough for a revocation to be known within a second. */
  private static final Duration INTERVAL = Duration.ofMillis(400);

  private static final Duration REMEMBER_REFUSED = Duration.ofMinutes(10);
  private static final int MAX_REFUSED = 10_000;
  private static final int MAX_USED = 10_000;

  /** A token that is known to be wrong, and until when it is remembered. */
  private record Refusal(Instant until, boolean expired, String detail) {}

  private final int maxJwtBytes;
  private final List<TokenFile> files = new ArrayList<>();
  private final TokenTable lines;
  private final Optional<JwtTokens> jwts;
  private final LoginThrottle throttle;
  private final InstantSource clock;
  private final ExecutorService background;
  private final Executor slow;
  private final Consumer<LoginReport> reports;
  private final Map<TokenDigest, Refusal> refused = new RecentMap<>(MAX_REFUSED);
  private final LoginCounts counts = new LoginCounts();

  /** When each token last let somebody in, by its id. Guarded by itself. */
  private final Map<String, Instant> used = new RecentMap<>(MAX_USED);

  private volatile Consumer<Ending> endings = ending -> {};
  private volatile @Nullable Thread ticker;
  private volatile boolean closed;
  private long linesSeenAt;

  /**
   * Reads all files.
   *
   * @param reports is told what became of each HELLO, on any thread; must not block
   * @throws TokenFormatException a file or line is no good, or the configuration is: in one
   *     sentence
   */
  public TokenAuthenticator(
      TokenConfig config, InstantSource clock, Consumer<LoginReport> reports) {
    this(config, clock, reports, Optional.empty());
  }

  /** Tests hand in the executor for what is slow. */
  TokenAuthenticator(
      TokenConfig config,
      InstantSource clock,
      Consumer<LoginReport> reports,
      Optional<Executor> slow) {
    List<String> mistakes = config.mistakes();
    if (!mistakes.isEmpty()) {
      throw new TokenFormatException(mistakes.getFirst());
    }
    this.clock = clock;
    this.reports = reports;
    maxJwtBytes = config.maxJwtBytes();
    throttle = new LoginThrottle(config.limits(), clock);
    background =
        Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("clasp-login-", 0).factory());
    this.slow = slow.orElse(background);
    config.files().forEach(path -> files.add(new TokenFile(path, config.defaultScopes(), clock)));
    lines = lines(config);
    linesSeenAt = clock.instant().getEpochSecond();
    jwts = config.jwt().map(jwt -> new JwtTokens(jwt, clock, this.slow, this::forgetRefused));
  }

  private static TokenTable lines(TokenConfig config) {
    Map<TokenDigest, TokenEntry> entries = new HashMap<>();
    List<String> warnings = new ArrayList<>();
    for (int i = 0; i < config.lines().size(); i++) {
      String where = "token " + (i + 1) + " of the configuration";
      try {
        TokenEntry entry =
            TokenLines.entry(
                config.lines().get(i).strip(), config.defaultScopes(), where, warnings);
        entries.put(entry.digest(), entry);
      } catch (TokenFormatException | ScopeException e) {
        throw new TokenFormatException(where + ": " + e.getMessage());
      }
    }
    warnings.forEach(LOG::warn);
    return new TokenTable(entries, warnings);
  }

  /**
   * Tokens that are known, those that have expired included; JWTs are not known before they come.
   */
  public int size() {
    return lines.entries().size() + files.stream().mapToInt(TokenFile::size).sum();
  }

  // --- who comes in ------------------------------------------------------------------------------

  @Override
  public void authenticate(Optional<String> token, String peer, Consumer<Login> answer) {
    if (token.isEmpty() || token.get().isEmpty()) {
      report(
          LoginMethod.NONE,
          peer,
          Optional.empty(),
          Optional.empty(),
          Outcome.NO_TOKEN,
          "there is no token");
      answer.accept(new Login.Refused(ErrorCode.UNAUTHORIZED, NO_TOKEN));
      return;
    }
    String address = LoginThrottle.addressOf(peer);
    String text = token.get();
    boolean cpsk = Cpsk.isCpsk(text);
    // What is too long is not even hashed to the end; its beginning tells it from others.
    int max = cpsk ? Cpsk.MAX_BYTES : maxJwtBytes;
    boolean tooLong = text.length() > max;
    Attempt attempt =
        new Attempt(
            LoginMethod.of(tooLong ? text.substring(0, max) : text),
            peer,
            address,
            TokenDigest.of(tooLong ? text.substring(0, max) : text),
            answer);
    if (tooLong) {
      attempt.wrong("it has more than " + max + " bytes");
    } else if (cpsk) {
      attempt.cpsk();
    } else if (jwts.isPresent() && JwtVerifier.isJwt(text)) {
      attempt.jwt(jwts.get(), text);
    } else {
      attempt.wrong(
          text.startsWith("cap_") || text.startsWith("ent_")
              ? "capability and entity tokens of the reference are not accepted: they can be forged"
                  + " or replayed"
              : jwts.isEmpty() && JwtVerifier.isJwt(text)
                  ? "it is a JWT, but there are no keys for JWTs"
                  : "it is no token of a known kind");
    }
  }

  /** One HELLO with a token. */
  private final class Attempt {

    private final LoginMethod method;
    private final String peer;
    private final String address;
    private final TokenDigest digest;
    private final Consumer<Login> answer;

    Attempt(
        LoginMethod method,
        String peer,
        String address,
        TokenDigest digest,
        Consumer<Login> answer) {
      this.method = method;
      this.peer = peer;
      this.address = address;
      this.digest = digest;
      this.answer = answer;
    }

    void cpsk() {
      Optional<TokenEntry> found = find(digest);
      long now = clock.instant().getEpochSecond();
      if (found.isEmpty()) {
        wrong("it is in none of the token files");
      } else if (found.get().expired(now)) {
        unfit(true, "it has expired");
      } else if (found.get().early(now)) {
        unfit(false, "its time has not come yet");
      } else {
        admit(found.get().identity());
      }
    }

    void jwt(JwtTokens tokens, String text) {
      Optional<Refusal> known = knownRefusal(digest);
      if (known.isPresent()) {
        refuse(known.get().expired, known.get().detail);
      } else if (throttle.blocks(address, digest)) {
        tooMany("too many wrong tokens from this address");
      } else {
        try {
          slow.execute(() -> decide(verify(tokens, text)));
        } catch (RejectedExecutionException e) {
          unfit(false, "the router is stopping");
        }
      }
    }

    private JwtVerdict verify(JwtTokens tokens, String text) {
      try {
        return tokens.verify(text);
      } catch (RuntimeException | StackOverflowError e) {
        // Whatever it is: the client must get an answer, and must not get in.
        LOG.error("a JWT could not be judged, token {}", digest, e);
        return new JwtVerdict.Unknown("an internal error, see the log");
      }
    }

    private void decide(JwtVerdict verdict) {
      switch (verdict) {
        case JwtVerdict.Valid(Identity identity) -> admit(identity);
        case JwtVerdict.Expired(String detail) -> {
          remember(true, detail);
          unfit(true, detail);
        }
        case JwtVerdict.Unfit(String detail) -> unfit(false, detail);
        case JwtVerdict.Forged(String detail) -> wrong(detail);
        case JwtVerdict.Unknown(String detail) -> unfit(false, detail);
      }
    }

    private void admit(Identity identity) {
      if (throttle.blocks(address, digest)) {
        tooMany("too many wrong tokens from this address; this one is right");
        return;
      }
      throttle.succeeded(address, digest);
      synchronized (used) {
        used.put(identity.tokenId(), clock.instant());
      }
      report(
          method,
          peer,
          Optional.of(identity.tokenId()),
          identity.subject(),
          Outcome.ADMITTED,
          "as " + identity.scopes());
      answer.accept(new Login.Admitted(identity));
    }

    /** Nobody issued it. The first time, that counts against the address. */
    void wrong(String detail) {
      if (throttle.blocks(address, digest)) {
        tooMany("too many wrong tokens from this address");
        return;
      }
      if (knownRefusal(digest).isEmpty()) {
        throttle.guessed(address);
        remember(false, detail);
      }
      refuse(false, detail);
    }

    /** It was issued, but does not let in. */
    private void unfit(boolean expired, String detail) {
      if (throttle.blocks(address, digest)) {
        tooMany("too many wrong tokens from this address");
      } else {
        refuse(expired, detail);
      }
    }

    private void refuse(boolean expired, String detail) {
      if (throttle.refusedTooOften(digest)) {
        tooMany("refused too often: " + detail);
        return;
      }
      report(
          method,
          peer,
          Optional.of(digest.id()),
          Optional.empty(),
          expired ? Outcome.EXPIRED : Outcome.INVALID,
          detail);
      answer.accept(
          expired
              ? new Login.Refused(ErrorCode.TOKEN_EXPIRED, EXPIRED)
              : new Login.Refused(ErrorCode.UNAUTHORIZED, INVALID));
    }

    private void tooMany(String detail) {
      report(method, peer, Optional.of(digest.id()), Optional.empty(), Outcome.THROTTLED, detail);
      answer.accept(new Login.Refused(ErrorCode.TOO_MANY, TOO_MANY));
    }

    private void remember(boolean expired, String detail) {
      synchronized (refused) {
        refused.put(digest, new Refusal(clock.instant().plus(REMEMBER_REFUSED), expired, detail));
      }
    }
  }

  private Optional<Refusal> knownRefusal(TokenDigest digest) {
    synchronized (refused) {
      Refusal refusal = refused.get(digest);
      if (refusal != null && !clock.instant().isBefore(refusal.until)) {
        refused.remove(digest);
        return Optional.empty();
      }
      return Optional.ofNullable(refusal);
    }
  }

  /** What was wrong may be right when keys or tokens have changed. */
  private void forgetRefused() {
    synchronized (refused) {
      refused.clear();
    }
  }

  private Optional<TokenEntry> find(TokenDigest digest) {
    for (TokenFile file : files) {
      Optional<TokenEntry> found = file.find(digest);
      if (found.isPresent()) {
        return found;
      }
    }
    return lines.find(digest);
  }

  private void report(
      LoginMethod method,
      String peer,
      Optional<String> tokenId,
      Optional<String> subject,
      Outcome outcome,
      String detail) {
    counts.add(method, outcome);
    switch (outcome) {
      case ADMITTED, NO_TOKEN, THROTTLED ->
          LOG.debug("login {} from {}, token {}: {}", outcome, peer, tokenId.orElse("-"), detail);
      case INVALID, EXPIRED ->
          LOG.info("login {} from {}, token {}: {}", outcome, peer, tokenId.orElse("-"), detail);
    }
    try {
      reports.accept(new LoginReport(clock.instant(), peer, tokenId, subject, outcome, detail));
    } catch (RuntimeException e) {
      // The client must get its answer all the same.
      LOG.error("a login could not be reported", e);
    }
  }

  /** What became of logins since the start, those for pages included. */
  public LoginCounts counts() {
    return counts;
  }

  // --- what administrators ask -------------------------------------------------------------------

  /** What is known of the tokens in files and lines, those that have expired included. */
  public List<TokenEntry> entries() {
    return Stream.concat(
            files.stream().flatMap(file -> file.entries().stream()),
            lines.entries().values().stream())
        .toList();
  }

  /** The tokens of an id: usually one, for ids have only 32 bits. */
  public List<TokenEntry> named(String id) {
    return Stream.concat(
            files.stream().flatMap(file -> file.named(id).stream()), lines.named(id).stream())
        .toList();
  }

  /**
   * When a token last let somebody in, a page of the API included; empty if not since the start.
   */
  public Optional<Instant> lastUsed(String tokenId) {
    synchronized (used) {
      return Optional.ofNullable(used.get(tokenId));
    }
  }

  /**
   * What the router would make of a token. Nobody comes in by this: it is no attempt, counts for no
   * limit, and neither the log nor a report speaks of it. A pre-shared key is looked up by its
   * digest, so that how long it takes says nothing of other tokens.
   *
   * @param answer called exactly once, during this call or later, on any thread
   */
  public void judge(String token, Consumer<Judgement> answer) {
    boolean cpsk = Cpsk.isCpsk(token);
    int max = cpsk ? Cpsk.MAX_BYTES : maxJwtBytes;
    if (token.length() > max) {
      answer.accept(
          Judgement.bad(Optional.empty(), "it has more than " + max + " bytes, as no token has"));
    } else if (cpsk) {
      answer.accept(
          find(TokenDigest.of(token))
              .map(this::judge)
              .orElseGet(
                  () -> Judgement.bad(Optional.empty(), "it is in none of the token files")));
    } else if (jwts.isPresent() && JwtVerifier.isJwt(token)) {
      JwtTokens tokens = jwts.get();
      try {
        slow.execute(() -> answer.accept(judge(tokens, token)));
      } catch (RejectedExecutionException e) {
        answer.accept(Judgement.bad(Optional.empty(), "the router is stopping"));
      }
    } else {
      answer.accept(
          Judgement.bad(Optional.empty(), "it is no token of a kind that this router accepts"));
    }
  }

  /** The same for a token that is known. */
  public Judgement judge(TokenEntry entry) {
    long now = clock.instant().getEpochSecond();
    Identity identity = entry.identity();
    return entry.expired(now)
        ? Judgement.bad(Optional.of(identity), "it has expired")
        : entry.early(now)
            ? Judgement.bad(Optional.of(identity), "its time has not come yet")
            : Judgement.good(identity);
  }

  private static Judgement judge(JwtTokens tokens, String token) {
    try {
      return switch (tokens.verify(token)) {
        case JwtVerdict.Valid(Identity identity) -> Judgement.good(identity);
        case JwtVerdict.Expired(String detail) -> Judgement.bad(Optional.empty(), detail);
        case JwtVerdict.Unfit(String detail) -> Judgement.bad(Optional.empty(), detail);
        case JwtVerdict.Forged(String detail) -> Judgement.bad(Optional.empty(), detail);
        case JwtVerdict.Unknown(String detail) -> Judgement.bad(Optional.empty(), detail);
      };
    } catch (RuntimeException | StackOverflowError e) {
      LOG.error("a JWT could not be judged", e);
      return Judgement.bad(Optional.empty(), "an internal error, see the log");
    }
  }

  // --- who may stay ------------------------------------------------------------------------------

  /**
   * May a session of this identity go on? To be asked once more when a session has begun, because
   * its token may have ended between the answer and then. Cheap, but not for each message.
   */
  public boolean valid(Identity identity) {
    long now = clock.instant().getEpochSecond();
    if (identity.expiresAt().isPresent() && now >= identity.expiresAt().getAsLong()) {
      return false;
    }
    String id = identity.tokenId();
    if (id.startsWith(JwtVerifier.ID_PREFIX)) {
      return jwts.isPresent() && !jwts.get().isRevoked(id);
    }
    return named(id).stream().anyMatch(entry -> !entry.expired(now) && fits(entry, identity));
  }

  private static boolean fits(TokenEntry entry, Identity identity) {
    return entry.scopes().equals(identity.scopes()) && entry.subject().equals(identity.subject());
  }

  /**
   * Looks whether files have changed and tokens have expired. Any thread; what was in the files
   * before the call is known after it.
   *
   * @param endings is told whose sessions have to end
   */
  synchronized void tick(Consumer<Ending> endings) {
    List<Ending> ended = new ArrayList<>();
    boolean changed = false;
    for (TokenFile file : files) {
      changed |= file.poll(ended);
    }
    long now = clock.instant().getEpochSecond();
    for (TokenEntry entry : lines.entries().values()) {
      if (!entry.expired(linesSeenAt) && entry.expired(now)) {
        ended.add(new Ending(entry.id(), Ending.Cause.EXPIRED));
      }
    }
    linesSeenAt = now;
    if (jwts.isPresent()) {
      changed |= jwts.get().poll(ended);
    }
    if (changed) {
      forgetRefused();
    }
    for (Ending ending : ended) {
      LOG.info("token {}: {}", ending.tokenId(), ending.cause());
      endings.accept(ending);
    }
  }

  /**
   * Reads what has changed in the files now, and not in a moment: for whoever has just written a
   * token into one. Any thread.
   */
  public void refresh() {
    tick(endings);
  }

  /**
   * Begins to look after files and expiry, on a thread of its own, more than twice a second. Once.
   *
   * @param told which sessions have to end, on that thread or that of {@link #refresh}
   */
  public void start(Consumer<Ending> told) {
    endings = told;
    ticker = Thread.ofVirtual().name("clasp-tokens").start(this::tickForever);
  }

  private void tickForever() {
    while (!closed) {
      try {
        tick(endings);
      } catch (RuntimeException e) {
        LOG.error("looking after the tokens failed; it will be tried again", e);
      }
      try {
        Thread.sleep(INTERVAL);
      } catch (InterruptedException e) {
        // Only close() does that.
        return;
      }
    }
  }

  @Override
  public void close() {
    closed = true;
    Thread running = ticker;
    if (running != null) {
      running.interrupt();
    }
    jwts.ifPresent(JwtTokens::close);
    background.shutdownNow();
  }
}
