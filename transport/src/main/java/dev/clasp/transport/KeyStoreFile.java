package dev.clasp.transport;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.UnrecoverableKeyException;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/** A PKCS#12 file (RFC 7292): a private key with its certificates, behind a password. */
final class KeyStoreFile {

  private KeyStoreFile() {}

  /** A sequence that begins with version 3, as nothing else that we read. */
  static boolean is(byte[] bytes) {
    // Stores are longer than 127 bytes; some writers leave the length open (0x80).
    return bytes.length > 9
        && bytes[0] == 0x30
        && bytes[1] < 0
        && (bytes[1] & 0x7f) <= 4
        && Arrays.equals(
            bytes, 2 + (bytes[1] & 0x7f), 5 + (bytes[1] & 0x7f), new byte[] {2, 1, 3}, 0, 3);
  }

  /**
   * Reads the one key and its certificates.
   *
   * @param bytes what is in the file
   * @param passwordFile the password is its first line; nothing for a store without one
   * @throws TlsFileException with a sentence for the user; the password is never part of it
   */
  static TlsIdentity read(Path path, byte[] bytes, Optional<Path> passwordFile) {
    char[] password = passwordFile.map(KeyStoreFile::password).orElseGet(() -> new char[0]);
    try {
      KeyStore store = KeyStore.getInstance("PKCS12");
      store.load(new ByteArrayInputStream(bytes), password);
      return identity(path, store, password);
    } catch (UnrecoverableKeyException e) {
      throw wrongPassword(path, passwordFile, e);
    } catch (IOException e) {
      if (e.getCause() instanceof UnrecoverableKeyException) {
        throw wrongPassword(path, passwordFile, e);
      }
      throw new TlsFileException(path + " is damaged: " + e.getMessage(), e);
    } catch (GeneralSecurityException | RuntimeException e) {
      if (e instanceof TlsFileException said) {
        throw said;
      }
      throw new TlsFileException(path + " cannot be used: " + e.getMessage(), e);
    } finally {
      Arrays.fill(password, '\0');
    }
  }

  private static TlsIdentity identity(Path path, KeyStore store, char[] password)
      throws GeneralSecurityException {
    List<String> keys = new ArrayList<>();
    for (String alias : Collections.list(store.aliases())) {
      if (store.isKeyEntry(alias)) {
        keys.add(alias);
      }
    }
    if (keys.isEmpty()) {
      throw new TlsFileException(
          "there is no private key in " + path + ", only certificates: export it with its key");
    }
    if (keys.size() > 1) {
      throw new TlsFileException(
          "there are " + keys.size() + " keys in " + path + ": put each into a file of its own");
    }
    Key key = store.getKey(keys.getFirst(), password);
    Certificate[] chain = store.getCertificateChain(keys.getFirst());
    if (!(key instanceof PrivateKey ours) || chain == null || chain.length == 0) {
      throw new TlsFileException("the key in " + path + " has no certificate");
    }
    return new TlsIdentity(ours, Arrays.stream(chain).map(each -> (X509Certificate) each).toList());
  }

  private static char[] password(Path file) {
    String text = new String(PemFile.bytes(file), StandardCharsets.UTF_8);
    int end = 0;
    while (end < text.length() && text.charAt(end) != '\n' && text.charAt(end) != '\r') {
      end++;
    }
    return text.substring(0, end).toCharArray();
  }

  private static TlsFileException wrongPassword(
      Path path, Optional<Path> passwordFile, Exception cause) {
    return new TlsFileException(
        passwordFile
            .map(file -> "the password in " + file + " is not that of " + path)
            .orElseGet(
                () -> path + " has a password: say with --tls-password-file which file it is in"),
        cause);
  }
}
