package dev.clasp.systemtests;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.clasp.security.Cpsk;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.interfaces.ECPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Makes tokens of every kind, and the files by which a server knows them. JWTs are signed by the
 * JDK, so that what makes them and what verifies them have nothing in common.
 */
final class TokenMint implements AutoCloseable {

  private static final Base64.Encoder BASE64 = Base64.getUrlEncoder().withoutPadding();
  private static final Instant PAST = Instant.parse("2020-01-01T00:00:00Z");
  private static final Instant FUTURE = Instant.parse("2999-01-01T00:00:00Z");

  /** Kinds of tokens. */
  enum Kind {
    CPSK,
    HS256,
    ES256,
    EDDSA
  }

  private final SecureRandom random = new SecureRandom();
  private final Path folder;
  private final byte[] secret;
  private final KeyPair curve;
  private final KeyPair edwards;
  private final Map<String, String> lines = new LinkedHashMap<>();
  private final List<String> revokedIds = new ArrayList<>();
  private final Set<String> made = ConcurrentHashMap.newKeySet();

  TokenMint() {
    try {
      folder = Files.createTempDirectory("clasp-mint");
      secret = Cpsk.generate(random).getBytes(UTF_8);
      KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(new ECGenParameterSpec("secp256r1"));
      curve = generator.generateKeyPair();
      edwards = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
      write("secret", secret);
      write("keys.json", keySet().getBytes(UTF_8));
      writeLists();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (GeneralSecurityException e) {
      throw new AssertionError(e);
    }
  }

  /** Options of a server that accepts these tokens and writes an audit log. */
  String[] serverOptions() {
    return new String[] {
      "--token-file",
      file("tokens.txt").toString(),
      "--jwt-key",
      file("secret").toString(),
      "--jwks",
      file("keys.json").toString(),
      "--jwt-revoked",
      file("revoked.txt").toString(),
      "--audit",
      file("audit.log").toString()
    };
  }

  Path file(String name) {
    return folder.resolve(name);
  }

  // --- tokens ------------------------------------------------------------------------------------

  /** A good token. One in a file counts as soon as the server has looked at the file. */
  String token(Kind kind, String scopes) {
    return kind == Kind.CPSK ? cpsk(scopes, "") : jwt(kind, scopes, PAST, FUTURE);
  }

  String expired(Kind kind, String scopes) {
    return kind == Kind.CPSK
        ? cpsk(scopes, " expires=" + PAST)
        : jwt(kind, scopes, PAST, PAST.plusSeconds(1));
  }

  /** Good until then, to the second. */
  String expiring(Kind kind, String scopes, Instant end) {
    return kind == Kind.CPSK ? cpsk(scopes, " expires=" + end) : jwt(kind, scopes, PAST, end);
  }

  String notYetValid(Kind kind, String scopes) {
    return kind == Kind.CPSK
        ? cpsk(scopes, " not_before=" + FUTURE)
        : jwt(kind, scopes, FUTURE.minusSeconds(60), FUTURE);
  }

  /** Was good and is taken back. */
  String revoked(Kind kind, String scopes) {
    String token = token(kind, scopes);
    revoke(List.of(token));
    return token;
  }

  private String cpsk(String scopes, String more) {
    String token = remembered(Cpsk.generate(random));
    synchronized (lines) {
      lines.put(token, token + " " + scopes + more);
      writeLists();
    }
    return token;
  }

  private String jwt(Kind kind, String scopes, Instant from, Instant end) {
    String claims =
        "{\"jti\":\"%s\",\"nbf\":%d,\"exp\":%d,\"scope\":\"%s\"}"
            .formatted(
                Cpsk.generate(random).substring(Cpsk.PREFIX.length()),
                from.getEpochSecond(),
                end.getEpochSecond(),
                scopes.replace(',', ' '));
    String content =
        encoded("{\"alg\":\"" + (kind == Kind.EDDSA ? "EdDSA" : kind.name()) + "\"}")
            + "."
            + encoded(claims);
    return remembered(content + "." + BASE64.encodeToString(signature(kind, content)));
  }

  /** A token that says that it needs no signature. */
  String unsigned(String scopes) {
    String signed = jwt(Kind.HS256, scopes, PAST, FUTURE);
    return remembered(
        encoded("{\"alg\":\"none\"}")
            + signed.substring(signed.indexOf('.'), signed.lastIndexOf('.') + 1));
  }

  /** Signed with what everybody may know, the public key, as if that were the shared secret. */
  String signedWithThePublicKey(String scopes) {
    String signed = jwt(Kind.HS256, scopes, PAST, FUTURE);
    String content = signed.substring(0, signed.lastIndexOf('.'));
    try {
      return remembered(
          content + "." + BASE64.encodeToString(mac(curve.getPublic().getEncoded(), content)));
    } catch (GeneralSecurityException e) {
      throw new AssertionError(e);
    }
  }

  String remembered(String token) {
    made.add(token);
    return token;
  }

  /** Every token that was ever made. */
  Set<String> made() {
    return Set.copyOf(made);
  }

  private byte[] signature(Kind kind, String content) {
    try {
      return switch (kind) {
        case CPSK -> throw new IllegalArgumentException("is not signed");
        case HS256 -> mac(secret, content);
        case ES256 -> signature("SHA256withECDSAinP1363Format", curve, content);
        case EDDSA -> signature("Ed25519", edwards, content);
      };
    } catch (GeneralSecurityException e) {
      throw new AssertionError(e);
    }
  }

  private static byte[] mac(byte[] key, String content) throws GeneralSecurityException {
    Mac mac = Mac.getInstance("HmacSHA256");
    mac.init(new SecretKeySpec(key, "HmacSHA256"));
    return mac.doFinal(content.getBytes(UTF_8));
  }

  private static byte[] signature(String algorithm, KeyPair keys, String content)
      throws GeneralSecurityException {
    Signature signature = Signature.getInstance(algorithm);
    signature.initSign(keys.getPrivate());
    signature.update(content.getBytes(UTF_8));
    return signature.sign();
  }

  private static String encoded(String text) {
    return BASE64.encodeToString(text.getBytes(UTF_8));
  }

  /** The public keys (RFC 7517, 7518 section 6.2, 8037). */
  private String keySet() {
    ECPublicKey ec = (ECPublicKey) curve.getPublic();
    // The last 32 bytes of the encoded form are the key (RFC 8410).
    byte[] ed = edwards.getPublic().getEncoded();
    return """
    {"keys":[{"kty":"EC","crv":"P-256","x":"%s","y":"%s"},{"kty":"OKP","crv":"Ed25519","x":"%s"}]}
    """
        .formatted(
            coordinate(ec.getW().getAffineX().toByteArray()),
            coordinate(ec.getW().getAffineY().toByteArray()),
            BASE64.encodeToString(Arrays.copyOfRange(ed, ed.length - 32, ed.length)));
  }

  private static String coordinate(byte[] signed) {
    byte[] fixed = new byte[32];
    int length = Math.min(32, signed.length);
    System.arraycopy(signed, signed.length - length, fixed, 32 - length, length);
    return BASE64.encodeToString(fixed);
  }

  // --- files -------------------------------------------------------------------------------------

  /** Takes tokens back, all at once. */
  void revoke(List<String> tokens) {
    synchronized (lines) {
      for (String token : tokens) {
        if (lines.remove(token) == null) {
          String claims = new String(Base64.getUrlDecoder().decode(token.split("\\.")[1]), UTF_8);
          revokedIds.add(Json.parse(claims).get("jti").asText());
        }
      }
      writeLists();
    }
  }

  private void writeLists() {
    try {
      write("tokens.txt", (String.join("\n", lines.values()) + "\n").getBytes(UTF_8));
      write("revoked.txt", (String.join("\n", revokedIds) + "\n").getBytes(UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** As an editor does it: a new file in place of the old one, readable by its owner. */
  private void write(String name, byte[] content) throws IOException {
    Path next = file(name + ".next");
    Files.write(next, content);
    Files.setPosixFilePermissions(next, PosixFilePermissions.fromString("rw-------"));
    Files.move(
        next, file(name), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }

  @Override
  public void close() {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
