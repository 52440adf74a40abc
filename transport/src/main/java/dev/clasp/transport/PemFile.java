package dev.clasp.transport;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A file in the PEM form (RFC 7468): certificates and keys between their lines; or one certificate
 * or key in DER, as the reference's programs take it.
 *
 * @param path for messages
 */
record PemFile(Path path, List<Block> blocks) {

  /** What one pair of lines holds. */
  record Block(String label, byte[] der) {}

  /** Chains and bundles of a whole system are smaller. */
  private static final int MAX_BYTES = 4 << 20;

  private static final Pattern BLOCK =
      Pattern.compile("-----BEGIN ([A-Z0-9 ]{1,64})-----([^-]*)-----END \\1-----");

  /** Object identifiers, as they stand in DER. */
  private static final byte[] RSA = {6, 9, 42, -122, 72, -122, -9, 13, 1, 1, 1, 5, 0};

  private static final byte[] EC_PUBLIC_KEY = {6, 7, 42, -122, 72, -50, 61, 2, 1};

  private static final int SEQUENCE = 0x30;
  private static final int INTEGER = 2;
  private static final int OCTET_STRING = 4;
  private static final int OBJECT_IDENTIFIER = 6;

  /**
   * Reads a file.
   *
   * @throws TlsFileException it cannot be read, or holds nothing in PEM or DER
   */
  static PemFile read(Path path) {
    return parse(path, bytes(path));
  }

  /**
   * What is in a file, at most 4 MiB.
   *
   * @throws TlsFileException it cannot be read
   */
  static byte[] bytes(Path path) {
    byte[] bytes;
    try (InputStream in = Files.newInputStream(path)) {
      bytes = in.readNBytes(MAX_BYTES + 1);
    } catch (NoSuchFileException e) {
      throw new TlsFileException(
          "there is no file " + path + ". Make a certificate with: clasp cert", e);
    } catch (AccessDeniedException e) {
      throw new TlsFileException("no right to read " + path, e);
    } catch (IOException e) {
      throw new TlsFileException("cannot read " + path + ": " + e.getMessage(), e);
    }
    if (bytes.length > MAX_BYTES) {
      throw new TlsFileException(path + " is longer than 4 MiB: that is no file of certificates");
    }
    return bytes;
  }

  static PemFile parse(Path path, byte[] bytes) {
    Matcher found = BLOCK.matcher(new String(bytes, StandardCharsets.ISO_8859_1));
    List<Block> blocks = new ArrayList<>();
    while (found.find()) {
      try {
        blocks.add(new Block(found.group(1), Base64.getMimeDecoder().decode(body(found.group(2)))));
      } catch (IllegalArgumentException e) {
        throw new TlsFileException(
            path + " is damaged: between the lines of " + found.group(1) + " is no Base64", e);
      }
    }
    if (blocks.isEmpty()) {
      blocks.add(new Block(labelOfDer(path, bytes), bytes));
    }
    return new PemFile(path, List.copyOf(blocks));
  }

  /** What would stand in the lines around it, by how it begins. */
  private static String labelOfDer(Path path, byte[] der) {
    int first = contentOf(der, 0);
    if (tag(der, 0) == SEQUENCE && tag(der, first) == SEQUENCE) {
      // Encrypted keys begin with an algorithm, certificates with what is signed.
      return tag(der, contentOf(der, first)) == OBJECT_IDENTIFIER
          ? "ENCRYPTED PRIVATE KEY"
          : "CERTIFICATE";
    }
    if (tag(der, 0) == SEQUENCE && tag(der, first) == INTEGER && tag(der, first + 1) == 1) {
      int second = tag(der, first + 3);
      switch (tag(der, first + 2)) {
        case 0 -> {
          if (second == SEQUENCE) {
            return "PRIVATE KEY";
          }
          if (second == INTEGER) {
            return "RSA PRIVATE KEY";
          }
        }
        case 1 -> {
          if (second == OCTET_STRING) {
            return "EC PRIVATE KEY";
          }
          if (second == SEQUENCE) {
            // With the public key (RFC 5958).
            return "PRIVATE KEY";
          }
        }
        case 3 ->
            throw new TlsFileException(
                path
                    + " looks like PKCS#12. Take out what is in it with: openssl pkcs12 -in FILE"
                    + " -nodes -out NEW.pem");
        default -> {}
      }
    }
    throw new TlsFileException(
        path
            + " holds nothing in PEM form: it must have lines such as -----BEGIN CERTIFICATE-----."
            + " It is no certificate or key in DER form either");
  }

  /** The byte there; -1 behind the end. */
  private static int tag(byte[] der, int at) {
    return at < der.length ? der[at] & 0xff : -1;
  }

  /** Where the content of an element begins. */
  private static int contentOf(byte[] der, int at) {
    return at + 1 + lengthBytes(der, at + 1);
  }

  /** Old keys have headers, up to an empty line. */
  private static String body(String text) {
    String plain = text.replace("\r", "");
    int headers = plain.indexOf("\n\n");
    return plain.contains(":") && headers >= 0 ? plain.substring(headers) : plain;
  }

  /**
   * All certificates, in their order; at least one.
   *
   * @throws TlsFileException there is none, or one is damaged
   */
  List<X509Certificate> certificates() {
    List<X509Certificate> found = new ArrayList<>();
    try {
      CertificateFactory x509 = CertificateFactory.getInstance("X.509");
      for (Block block : blocks) {
        if (block.label.equals("CERTIFICATE") || block.label.equals("X509 CERTIFICATE")) {
          found.add(
              (X509Certificate) x509.generateCertificate(new ByteArrayInputStream(block.der)));
        }
      }
    } catch (CertificateException e) {
      throw new TlsFileException(
          "certificate " + (found.size() + 1) + " in " + path + " is damaged: " + e.getMessage(),
          e);
    }
    if (found.isEmpty()) {
      throw new TlsFileException(
          "there is no certificate in " + path + ", only " + blocks.getFirst().label);
    }
    return List.copyOf(found);
  }

  /**
   * The private key.
   *
   * @throws TlsFileException there is none, it has a password, or cannot be used
   */
  PrivateKey privateKey() {
    for (Block block : blocks) {
      switch (block.label) {
        case "PRIVATE KEY" -> {
          return decode(block.der);
        }
        case "RSA PRIVATE KEY" -> {
          refuseEncrypted(block);
          return decode(pkcs8(RSA, block.der));
        }
        case "EC PRIVATE KEY" -> {
          refuseEncrypted(block);
          return decode(pkcs8(join(EC_PUBLIC_KEY, curve(block.der)), block.der));
        }
        case "ENCRYPTED PRIVATE KEY" ->
            throw new TlsFileException(
                "the key in "
                    + path
                    + " has a password. Take it off with: openssl pkey -in KEY -out NEW");
        default -> {}
      }
    }
    throw new TlsFileException(
        "there is no private key in " + path + ", only " + blocks.getFirst().label);
  }

  private void refuseEncrypted(Block block) {
    if (block.der.length == 0 || block.der[0] != SEQUENCE) {
      throw new TlsFileException(
          "the key in "
              + path
              + " has a password or is damaged. Take the password off with: openssl pkey -in KEY"
              + " -out NEW");
    }
  }

  private PrivateKey decode(byte[] pkcs8) {
    GeneralSecurityException last = new GeneralSecurityException();
    for (String algorithm : List.of("EC", "RSA", "EdDSA")) {
      try {
        return KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(pkcs8));
      } catch (GeneralSecurityException e) {
        last = e;
      }
    }
    throw new TlsFileException(
        "the key in " + path + " cannot be used: it must be an EC, RSA or Ed25519 key", last);
  }

  // --- the forms before PKCS#8 -------------------------------------------------------------------

  /** PrivateKeyInfo (RFC 5958 section 2): version 0, the algorithm, the key. */
  private static byte[] pkcs8(byte[] algorithm, byte[] key) {
    byte[] version = {2, 1, 0};
    return element(
        SEQUENCE, join(version, join(element(SEQUENCE, algorithm), element(OCTET_STRING, key))));
  }

  /** The curve that an ECPrivateKey names (RFC 5915 section 3), in its element [0]. */
  private byte[] curve(byte[] der) {
    // SEQUENCE, INTEGER 1, OCTET STRING key, [0] curve: walk over the first ones.
    int at = 1 + lengthBytes(der, 1);
    while (at + 1 < der.length && der[at] != (byte) 0xa0) {
      at += 1 + lengthBytes(der, at + 1) + length(der, at + 1);
    }
    if (at + 1 >= der.length) {
      throw new TlsFileException("the key in " + path + " does not name its curve");
    }
    int from = at + 1 + lengthBytes(der, at + 1);
    int end = from + length(der, at + 1);
    if (end > der.length || end < from) {
      throw new TlsFileException("the key in " + path + " is damaged");
    }
    return java.util.Arrays.copyOfRange(der, from, end);
  }

  private static int lengthBytes(byte[] der, int at) {
    return at < der.length && der[at] < 0 ? 1 + (der[at] & 0x7f) : 1;
  }

  private static int length(byte[] der, int at) {
    if (at >= der.length) {
      return 0;
    }
    if (der[at] >= 0) {
      return der[at];
    }
    int length = 0;
    for (int i = 1; i <= (der[at] & 0x7f) && at + i < der.length; i++) {
      // No key is longer than this; the bound keeps damaged ones from running backwards.
      length = Math.min((length << 8) | (der[at + i] & 0xff), MAX_BYTES);
    }
    return length;
  }

  private static byte[] element(int tag, byte[] content) {
    ByteArrayOutputStream out = new ByteArrayOutputStream(content.length + 6);
    out.write(tag);
    if (content.length < 0x80) {
      out.write(content.length);
    } else {
      out.write(0x83);
      out.write(content.length >> 16);
      out.write(content.length >> 8);
      out.write(content.length);
    }
    out.writeBytes(content);
    return out.toByteArray();
  }

  private static byte[] join(byte[] first, byte[] second) {
    byte[] both = java.util.Arrays.copyOf(first, first.length + second.length);
    System.arraycopy(second, 0, both, first.length, second.length);
    return both;
  }
}
