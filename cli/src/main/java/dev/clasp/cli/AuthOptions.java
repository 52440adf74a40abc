package dev.clasp.cli;

import dev.clasp.security.JwtConfig;
import dev.clasp.security.ScopeException;
import dev.clasp.security.Scopes;
import dev.clasp.security.TokenConfig;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** Who may come in to the router of {@code clasp server} (operations.md 8.2 to 8.5). */
final class AuthOptions {

  /** Whether tokens are wanted. */
  enum Mode {
    OPEN,
    AUTHENTICATED
  }

  /** The names of the reference. */
  static final class ModeText implements ITypeConverter<Mode> {
    @Override
    public Mode convert(String text) {
      return switch (text.toLowerCase(Locale.ROOT)) {
        case "open", "none", "off" -> Mode.OPEN;
        case "authenticated", "auth", "token" -> Mode.AUTHENTICATED;
        default ->
            throw new TypeConversionException(
                "'" + Printable.escape(text) + "' is no mode: choose open or authenticated");
      };
    }
  }

  @Option(
      names = "--auth",
      order = HelpSections.ACCESS,
      paramLabel = "MODE",
      converter = ModeText.class,
      description =
          "open: everybody may do everything; authenticated: only with a token (default:"
              + " authenticated if there is anything to check tokens with).")
  private @Nullable Mode mode;

  @Option(
      names = "--token-file",
      order = HelpSections.ACCESS + 1,
      paramLabel = "FILE",
      description =
          "Tokens that let in: a file of 'clasp token', or lines of TOKEN SCOPE,SCOPE. Read again"
              + " when it changes. May be given several times; also CLASP_TOKEN_FILE.")
  private List<Path> tokenFiles = new ArrayList<>();

  @Option(
      names = "--token",
      order = HelpSections.ACCESS + 2,
      paramLabel = "LINE",
      description =
          "A line of such a file: 'TOKEN SCOPE,SCOPE'. Everybody on this machine can see it; use a"
              + " file.")
  private List<String> tokens = new ArrayList<>();

  @Option(
      names = "--token-default-scopes",
      order = HelpSections.ACCESS + 3,
      paramLabel = "SCOPES",
      description = "What tokens may do for which no scopes are given (default: nothing).")
  private @Nullable String defaultScopes;

  @Option(
      names = "--compat-token-admin",
      order = HelpSections.ACCESS + 4,
      description = "Tokens without scopes may do everything, as in the reference.")
  private boolean compatTokenAdmin;

  @Option(
      names = "--jwt-key",
      order = HelpSections.ACCESS + 5,
      paramLabel = "FILE",
      description =
          "Accept JWTs signed with this: a public key or certificate in PEM, or a secret of at"
              + " least 32 bytes for HS256.")
  private @Nullable Path jwtKey;

  @Option(
      names = "--jwks",
      order = HelpSections.ACCESS + 6,
      paramLabel = "FILE|URL",
      description = "Accept JWTs signed with a key of this set (RFC 7517).")
  private @Nullable String jwks;

  @Option(
      names = "--jwt-issuer",
      order = HelpSections.ACCESS + 7,
      paramLabel = "TEXT",
      description = "Only JWTs with this iss.")
  private @Nullable String jwtIssuer;

  @Option(
      names = "--jwt-audience",
      order = HelpSections.ACCESS + 8,
      paramLabel = "TEXT",
      description = "Only JWTs with this in aud.")
  private @Nullable String jwtAudience;

  @Option(
      names = "--jwt-revoked",
      order = HelpSections.ACCESS + 9,
      paramLabel = "FILE",
      description = "No JWTs whose jti is a line of this file. Read again when it changes.")
  private @Nullable Path jwtRevoked;

  /** Where tokens are. */
  List<Path> tokenFiles() {
    return tokenFiles;
  }

  /** A token is on the command line. */
  boolean showsTokens() {
    return !tokens.isEmpty();
  }

  /**
   * What tokens are checked with; empty if everybody may come in.
   *
   * @throws Mistake in a sentence for the user
   */
  Optional<TokenConfig> config() throws Mistake {
    boolean jwt = jwtKey != null || jwks != null;
    boolean sources = jwt || !tokenFiles.isEmpty() || !tokens.isEmpty();
    if (mode == Mode.OPEN && sources) {
      throw new Mistake(
          "--auth open lets in everybody, and tokens are given too: leave out one of them");
    }
    if (!jwt && (jwtIssuer != null || jwtAudience != null || jwtRevoked != null)) {
      throw new Mistake("--jwt-issuer, --jwt-audience and --jwt-revoked need --jwt-key or --jwks");
    }
    if (!sources) {
      if (mode == Mode.AUTHENTICATED) {
        throw new Mistake(
            "--auth authenticated needs something to check tokens with: --token-file, --jwt-key or"
                + " --jwks");
      }
      return Optional.empty();
    }
    TokenConfig config =
        TokenConfig.NOBODY
            .withFiles(tokenFiles)
            .withLines(tokens)
            .withDefaultScopes(scopesWithoutScopes());
    if (jwt) {
      config = config.withJwt(jwtConfig());
    }
    List<String> mistakes = config.mistakes();
    if (!mistakes.isEmpty()) {
      throw new Mistake(mistakes.getFirst());
    }
    return Optional.of(config);
  }

  private Scopes scopesWithoutScopes() throws Mistake {
    if (compatTokenAdmin && defaultScopes != null) {
      throw new Mistake("--compat-token-admin and --token-default-scopes contradict each other");
    }
    String text = compatTokenAdmin ? "admin:/**" : defaultScopes;
    try {
      return text == null ? Scopes.NONE : Scopes.parseList(text);
    } catch (ScopeException e) {
      throw new Mistake("--token-default-scopes: " + e.getMessage());
    }
  }

  private JwtConfig jwtConfig() throws Mistake {
    JwtConfig jwt = JwtConfig.DEFAULT;
    if (jwtKey != null) {
      jwt = isPem(jwtKey) ? jwt.withPublicKey(jwtKey) : jwt.withSecret(jwtKey);
    }
    if (jwks != null) {
      jwt = isUrl(jwks) ? jwt.withKeySet(url(jwks)) : jwt.withKeySet(Path.of(jwks));
    }
    if (jwtIssuer != null) {
      jwt = jwt.withIssuer(jwtIssuer);
    }
    if (jwtAudience != null) {
      jwt = jwt.withAudience(jwtAudience);
    }
    return jwtRevoked == null ? jwt : jwt.withRevoked(jwtRevoked);
  }

  private static boolean isUrl(String text) {
    return text.regionMatches(true, 0, "https://", 0, 8)
        || text.regionMatches(true, 0, "http://", 0, 7);
  }

  private static URI url(String text) throws Mistake {
    try {
      return new URI(text);
    } catch (URISyntaxException e) {
      throw new Mistake("--jwks: '" + Printable.escape(text) + "' is no URL");
    }
  }

  /** A secret is bytes of any kind; a public key says what it is. */
  private static boolean isPem(Path file) throws Mistake {
    try {
      return Files.size(file) < 1 << 20
          && new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1)
              .contains("-----BEGIN ");
    } catch (IOException e) {
      throw new Mistake("--jwt-key: cannot read " + file);
    }
  }

  /** Something is wrong with the options. */
  static final class Mistake extends Exception {
    private static final long serialVersionUID = 1L;

    Mistake(String message) {
      super(message);
    }
  }
}
