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
import javax.net.ssl.SSLException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The certificate of a server, and what it asks of its clients. TLS 1.2 and 1.3 only. Thread-safe.
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

  /**
   * Where everything is. PEM files.
   *
   * @param certificates ours first, then those up to the authority
   * @param clientAuthorities who may have signed those of clients; also the certificates themselves
   */
  public record Source(
      Path certificates, Path key, Optional<Path> clientAuthorities, Clients clients) {
    public Source {
      if (clients != Clients.NOT_ASKED && clientAuthorities.isEmpty()) {
        throw new IllegalArgumentException("whose client certificates are trusted is missing");
      }
    }
  }

  /** What was read, together. */
  record Loaded(
      TlsIdentity identity, List<X509Certificate> clientAuthorities, SslContext context) {}

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

  /** Who we are, now. */
  public TlsIdentity identity() {
    return loaded.identity();
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
    LOG.info(
        "new connections get the new certificate from {}: {}, valid until {}",
        files.certificates(),
        identity().chain().getFirst().getSubjectX500Principal(),
        identity().chain().getFirst().getNotAfter().toInstant());
    return true;
  }

  private static Loaded load(Source files) {
    TlsIdentity identity = TlsIdentity.read(files.certificates(), files.key());
    List<X509Certificate> authorities =
        files.clientAuthorities().map(path -> PemFile.read(path).certificates()).orElse(List.of());
    try {
      SslContextBuilder builder =
          SslContextBuilder.forServer(identity.keyManagers())
              .sslProvider(provider(identity))
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
      return new Loaded(identity, authorities, builder.build());
    } catch (SSLException | IllegalArgumentException | TlsFileException e) {
      throw new TlsFileException(
          "the certificate in " + files.certificates() + " cannot be used: " + e.getMessage(), e);
    }
  }

  /**
   * OpenSSL's handshakes are four to five times as fast as the JDK's; its Ed25519 is switched off.
   */
  private static SslProvider provider(TlsIdentity identity) {
    return OpenSsl.isAvailable() && !identity.key().getAlgorithm().equals("EdDSA")
        ? SslProvider.OPENSSL
        : SslProvider.JDK;
  }

  private static List<Stamp> stamps(Source files) {
    List<Stamp> stamps = new ArrayList<>();
    stamps.add(stamp(files.certificates()));
    stamps.add(stamp(files.key()));
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
