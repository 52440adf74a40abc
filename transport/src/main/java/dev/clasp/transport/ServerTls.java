package dev.clasp.transport;

import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ApplicationProtocolNames;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.net.ssl.SSLException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The certificates of a server, chosen by the name that a client asks for, and what it asks of its
 * clients. TLS 1.2 and 1.3 only. Thread-safe.
 *
 * <p>{@link #refresh} reads the files again when they have changed: new connections get the new
 * certificate, those that are there go on. Files that cannot be used leave the old one in place.
 */
public final class ServerTls {

  private static final Logger LOG = LoggerFactory.getLogger(ServerTls.class);

  /** Do clients need a certificate? */
  public enum Clients {
    /** They are not asked for one. */
    NOT_ASKED,
    /** Whoever shows one must show one that is trusted. */
    OPTIONAL,
    REQUIRED
  }

  /** More names than anybody serves from one router. */
  private static final int MAX_CERTIFICATES = 64;

  /**
   * Where everything is.
   *
   * @param certificates PEM files, each with ours first and then those up to the authority, or
   *     PKCS#12 files with key and certificates. The first is for clients that ask for none of the
   *     names of the others
   * @param keys PEM files: the keys of the certificates that are PEM, in any order
   * @param passwords files with the passwords of the PKCS#12 files: one for all, or one for each in
   *     their order
   * @param clientAuthorities who may have signed those of clients; also the certificates themselves
   */
  public record Source(
      List<Path> certificates,
      List<Path> keys,
      List<Path> passwords,
      Optional<Path> clientAuthorities,
      Clients clients) {

    public Source {
      certificates = List.copyOf(certificates);
      keys = List.copyOf(keys);
      passwords = List.copyOf(passwords);
      if (certificates.isEmpty() || certificates.size() > MAX_CERTIFICATES) {
        throw new IllegalArgumentException(
            "there must be 1 to " + MAX_CERTIFICATES + " certificates");
      }
      if (clients != Clients.NOT_ASKED && clientAuthorities.isEmpty()) {
        throw new IllegalArgumentException("whose client certificates are trusted is missing");
      }
    }

    /** One certificate and its key, both PEM. */
    public Source(Path certificates, Path key, Optional<Path> clientAuthorities, Clients clients) {
      this(List.of(certificates), List.of(key), List.of(), clientAuthorities, clients);
    }
  }

  /** What was read, together. */
  record Loaded(
      TlsIdentities identities, List<X509Certificate> clientAuthorities, SslContext context) {}

  /**
   * For clients that ask what we speak (RFC 7301). The others, among them whoever speaks CLASP, are
   * not bothered; what comes then decides, not what was agreed on.
   */
  private static final ApplicationProtocolConfig HTTP =
      new ApplicationProtocolConfig(
          ApplicationProtocolConfig.Protocol.ALPN,
          ApplicationProtocolConfig.SelectorFailureBehavior.NO_ADVERTISE,
          ApplicationProtocolConfig.SelectedListenerFailureBehavior.ACCEPT,
          ApplicationProtocolNames.HTTP_2,
          ApplicationProtocolNames.HTTP_1_1);

  private record Stamp(Path path, Instant modified, long size) {}

  private final Source files;
  private volatile Loaded loaded;
  private List<Stamp> stamps;

  private ServerTls(Source files) {
    this.files = files;
    this.stamps = stamps(files);
    this.loaded = load(files);
  }

  /**
   * Reads the files.
   *
   * @throws TlsFileException with a sentence for the user
   */
  public static ServerTls of(Source files) {
    return new ServerTls(files);
  }

  /** What is in force. */
  Loaded loaded() {
    return loaded;
  }

  /** For TLS over TCP, with what is in force now. */
  public SslContext context() {
    return loaded.context();
  }

  /** Who we are, now, for those who ask for no name that another certificate has. */
  public TlsIdentity identity() {
    return loaded.identities().first();
  }

  /** All of them, now; the first is {@link #identity}. */
  public List<TlsIdentity> identities() {
    return loaded.identities().all();
  }

  /** Whether a file is PKCS#12, which has a key of its own. Not, if it cannot be read. */
  public static boolean hasKey(Path certificates) {
    try {
      return KeyStoreFile.is(PemFile.bytes(certificates));
    } catch (TlsFileException e) {
      return false;
    }
  }

  public Clients clients() {
    return files.clients();
  }

  /**
   * Reads the files again if one of them has changed. May block.
   *
   * @return whether something new is in force
   */
  public synchronized boolean refresh() {
    List<Stamp> now = stamps(files);
    if (now.equals(stamps)) {
      return false;
    }
    stamps = now;
    try {
      loaded = load(files);
    } catch (TlsFileException e) {
      LOG.error("the new certificate is not used, the old one stays: {}", e.getMessage());
      return false;
    }
    List<TlsIdentity> identities = identities();
    for (int i = 0; i < identities.size(); i++) {
      X509Certificate certificate = identities.get(i).chain().getFirst();
      LOG.info(
          "new connections get the certificate from {}: {}, valid until {}",
          files.certificates().get(i),
          certificate.getSubjectX500Principal(),
          certificate.getNotAfter().toInstant());
    }
    return true;
  }

  private static Loaded load(Source files) {
    TlsIdentities identities = new TlsIdentities(read(files), files.certificates());
    List<X509Certificate> authorities =
        files.clientAuthorities().map(path -> PemFile.read(path).certificates()).orElse(List.of());
    try {
      SslContextBuilder builder =
          (identities.all().size() == 1
                  ? SslContextBuilder.forServer(identities.first().keyManagers())
                  : SslContextBuilder.forServer(new NamedKeys(identities)))
              .sslProvider(provider(identities.all()))
              .protocols("TLSv1.3", "TLSv1.2")
              .applicationProtocolConfig(HTTP)
              .clientAuth(
                  switch (files.clients()) {
                    case NOT_ASKED -> ClientAuth.NONE;
                    case OPTIONAL -> ClientAuth.OPTIONAL;
                    case REQUIRED -> ClientAuth.REQUIRE;
                  });
      if (!authorities.isEmpty()) {
        builder.trustManager(ClientTls.authoritiesOnly(authorities));
      }
      return new Loaded(identities, authorities, builder.build());
    } catch (SSLException | IllegalArgumentException | TlsFileException e) {
      throw new TlsFileException(
          "the certificate in "
              + listed(files.certificates())
              + " cannot be used: "
              + e.getMessage(),
          e);
    }
  }

  private static List<TlsIdentity> read(Source files) {
    if (files.certificates().size() == 1
        && files.keys().size() == 1
        && files.passwords().isEmpty()
        && !hasKey(files.certificates().getFirst())) {
      return List.of(TlsIdentity.read(files.certificates().getFirst(), files.keys().getFirst()));
    }
    List<Path> keysLeft = new ArrayList<>(files.keys());
    List<TlsIdentity> identities = new ArrayList<>();
    int stores = 0;
    for (Path file : files.certificates()) {
      byte[] bytes = PemFile.bytes(file);
      identities.add(
          KeyStoreFile.is(bytes)
              ? KeyStoreFile.read(file, bytes, passwordOf(files, stores++))
              : withKeyOf(PemFile.parse(file, bytes), files.keys(), keysLeft));
    }
    if (!keysLeft.isEmpty()) {
      throw new TlsFileException(
          "the key in "
              + keysLeft.getFirst()
              + " is that of none of the certificates in "
              + listed(files.certificates()));
    }
    if (files.passwords().size() > Math.max(1, stores)
        || (stores == 0 && !files.passwords().isEmpty())) {
      throw new TlsFileException(
          "there are more files with passwords ("
              + files.passwords().size()
              + ") than PKCS#12 files ("
              + stores
              + ")");
    }
    return identities;
  }

  private static Optional<Path> passwordOf(Source files, int store) {
    List<Path> passwords = files.passwords();
    if (passwords.size() == 1) {
      return Optional.of(passwords.getFirst());
    }
    return store < passwords.size() ? Optional.of(passwords.get(store)) : Optional.empty();
  }

  /** The key is the one that fits. */
  private static TlsIdentity withKeyOf(PemFile file, List<Path> keys, List<Path> keysLeft) {
    List<X509Certificate> chain = file.certificates();
    for (Path key : keys) {
      TlsIdentity identity = new TlsIdentity(PemFile.read(key).privateKey(), chain);
      if (identity.belongTogether()) {
        keysLeft.remove(key);
        return identity;
      }
    }
    throw new TlsFileException(
        "the key of the first certificate in "
            + file.path()
            + " is in none of the files with keys"
            + (keys.isEmpty() ? "" : ": " + listed(keys)));
  }

  private static String listed(List<Path> files) {
    return files.stream().map(Path::toString).collect(Collectors.joining(", "));
  }

  /**
   * OpenSSL's handshakes are four to five times as fast as the JDK's; its Ed25519 is switched off.
   */
  private static SslProvider provider(List<TlsIdentity> identities) {
    return OpenSsl.isAvailable()
            && identities.stream().noneMatch(each -> each.key().getAlgorithm().equals("EdDSA"))
        ? SslProvider.OPENSSL
        : SslProvider.JDK;
  }

  private static List<Stamp> stamps(Source files) {
    List<Stamp> stamps = new ArrayList<>();
    Stream.of(files.certificates(), files.keys(), files.passwords())
        .flatMap(List::stream)
        .forEach(path -> stamps.add(stamp(path)));
    files.clientAuthorities().ifPresent(path -> stamps.add(stamp(path)));
    return List.copyOf(stamps);
  }

  private static Stamp stamp(Path path) {
    try {
      BasicFileAttributes now = Files.readAttributes(path, BasicFileAttributes.class);
      return new Stamp(path, now.lastModifiedTime().toInstant(), now.size());
    } catch (IOException e) {
      return new Stamp(path, Instant.EPOCH, -1);
    }
  }
}
