package dev.clasp.security;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Who may come in: where the tokens are, and how often one may be wrong.
 *
 * @param files stores of {@code clasp token}, or text; read again when they change
 * @param lines further tokens, each as a line of such a text
 * @param defaultScopes rights of lines without scopes
 * @param maxJwtBytes longest JWT that is looked at
 */
public record TokenConfig(
    List<Path> files,
    List<String> lines,
    Scopes defaultScopes,
    Optional<JwtConfig> jwt,
    LoginLimits limits,
    int maxJwtBytes) {

  public static final int DEFAULT_MAX_JWT_BYTES = 8192;

  /** Without any token; to be completed. */
  public static final TokenConfig NOBODY =
      new TokenConfig(
          List.of(),
          List.of(),
          Scopes.NONE,
          Optional.empty(),
          LoginLimits.DEFAULT,
          DEFAULT_MAX_JWT_BYTES);

  public TokenConfig {
    files = List.copyOf(files);
    lines = List.copyOf(lines);
  }

  public TokenConfig withFiles(List<Path> tokenFiles) {
    return new TokenConfig(tokenFiles, lines, defaultScopes, jwt, limits, maxJwtBytes);
  }

  public TokenConfig withLines(List<String> tokenLines) {
    return new TokenConfig(files, tokenLines, defaultScopes, jwt, limits, maxJwtBytes);
  }

  public TokenConfig withDefaultScopes(Scopes scopes) {
    return new TokenConfig(files, lines, scopes, jwt, limits, maxJwtBytes);
  }

  public TokenConfig withJwt(JwtConfig config) {
    return new TokenConfig(files, lines, defaultScopes, Optional.of(config), limits, maxJwtBytes);
  }

  public TokenConfig withLimits(LoginLimits loginLimits) {
    return new TokenConfig(files, lines, defaultScopes, jwt, loginLimits, maxJwtBytes);
  }

  /** What is wrong with it: a readable sentence each, none if nothing is. Looks at no file. */
  public List<String> mistakes() {
    List<String> mistakes = new ArrayList<>();
    if (files.isEmpty() && lines.isEmpty() && jwt.isEmpty()) {
      mistakes.add(
          "tokens are asked for, but there is nothing to check them with: give a token file or keys"
              + " for JWTs");
    }
    jwt.ifPresent(config -> mistakes.addAll(config.mistakes()));
    mistakes.addAll(limits.mistakes());
    if (maxJwtBytes < 256 || maxJwtBytes > 65_536) {
      mistakes.add("the longest JWT must be 256 to 65536 bytes, not " + maxJwtBytes);
    }
    return mistakes;
  }

  /** The lines are secrets. */
  @Override
  public String toString() {
    return "TokenConfig[files="
        + files
        + ", lines="
        + lines.size()
        + ", defaultScopes="
        + defaultScopes
        + ", jwt="
        + jwt
        + ", limits="
        + limits
        + ", maxJwtBytes="
        + maxJwtBytes
        + "]";
  }
}
