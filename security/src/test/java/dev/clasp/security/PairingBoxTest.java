package dev.clasp.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Arrays;
import org.bouncycastle.crypto.digests.SHA256Digest;
import org.bouncycastle.crypto.engines.AESEngine;
import org.bouncycastle.crypto.generators.HKDFBytesGenerator;
import org.bouncycastle.crypto.modes.GCMBlockCipher;
import org.bouncycastle.crypto.params.AEADParameters;
import org.bouncycastle.crypto.params.HKDFParameters;
import org.bouncycastle.crypto.params.KeyParameter;
import org.junit.jupiter.api.Test;

class PairingBoxTest {

  private static final String EXCHANGE = "00112233445566778899aabbccddeeff";

  private final SecureRandom random = new SecureRandom();
  private final byte[] material = random.generateSeed(384);
  private final byte[] content = "the token".getBytes(StandardCharsets.UTF_8);
  private final PairingBox box = new PairingBox(material, EXCHANGE);

  @Test
  void whoHasTheSameKeyOpensIt() {
    byte[] sealed = box.seal(content, random);

    assertThat(new PairingBox(material, EXCHANGE).open(sealed)).isEqualTo(content);
  }

  @Test
  void theFormatIsTheDocumentedOneAsAnotherLibraryReadsIt() throws Exception {
    byte[] sealed = box.seal(content, random);

    byte[] exchange = EXCHANGE.getBytes(StandardCharsets.US_ASCII);
    byte[] purpose = "CLASP pairing 1, token to client".getBytes(StandardCharsets.US_ASCII);
    HKDFBytesGenerator hkdf = new HKDFBytesGenerator(new SHA256Digest());
    hkdf.init(new HKDFParameters(material, exchange, purpose));
    byte[] key = new byte[32];
    hkdf.generateBytes(key, 0, key.length);
    var gcm = GCMBlockCipher.newInstance(AESEngine.newInstance());
    gcm.init(
        false, new AEADParameters(new KeyParameter(key), 128, Arrays.copyOf(sealed, 12), exchange));
    byte[] opened = new byte[gcm.getOutputSize(sealed.length - 12)];
    int length = gcm.processBytes(sealed, 12, sealed.length - 12, opened, 0);
    gcm.doFinal(opened, length);

    assertThat(opened).isEqualTo(content);
  }

  @Test
  void noBitOfItMayChange() {
    byte[] sealed = box.seal(content, random);

    for (int bit = 0; bit < sealed.length * 8; bit++) {
      byte[] changed = sealed.clone();
      changed[bit / 8] ^= (byte) (1 << bit % 8);
      assertRefused(box, changed);
    }
    for (int length = 0; length < sealed.length; length++) {
      assertRefused(box, Arrays.copyOf(sealed, length));
    }
  }

  @Test
  void anotherKeyOrAnotherExchangeDoesNotOpenIt() {
    byte[] sealed = box.seal(content, random);
    byte[] other = material.clone();
    other[383] ^= 1;

    assertRefused(new PairingBox(other, EXCHANGE), sealed);
    assertRefused(new PairingBox(material, EXCHANGE.replace('f', 'e')), sealed);
  }

  private static void assertRefused(PairingBox box, byte[] sealed) {
    assertThatThrownBy(() -> box.open(sealed))
        .isInstanceOfSatisfying(
            PairingException.class,
            e -> assertThat(e.kind()).isEqualTo(PairingException.Kind.REFUSED));
  }
}
