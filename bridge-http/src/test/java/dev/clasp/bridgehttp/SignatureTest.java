package dev.clasp.bridgehttp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.clasp.bridgehttp.Signature.Form;
import dev.clasp.bridgehttp.Signature.Verdict;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Signatures of webhooks. */
class SignatureTest {

  private static final long NOW = 1_700_000_000L;
  private static final byte[] BODY = "{\"a\":1}".getBytes(StandardCharsets.UTF_8);

  private static Signature signature(Form form, String secret) {
    return new Signature(secret.getBytes(StandardCharsets.UTF_8), form, form.header(), 300);
  }

  /** The example in GitHub's documentation of webhooks ("Validating webhook deliveries"). */
  @Test
  void theExampleOfGitHubComesOut() {
    assertThat(
            signature(Form.SHA256, "It's a Secret to Everybody")
                .sign("Hello, World!".getBytes(StandardCharsets.UTF_8), NOW))
        .isEqualTo("sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17");
  }

  @ParameterizedTest
  @EnumSource
  void whatIsSignedIsGenuineAndAnythingElseIsNot(Form form) {
    Signature ours = signature(form, "secret");
    String header = ours.sign(BODY, NOW);
    assertThat(ours.verify(header, BODY, NOW)).isInstanceOf(Verdict.Genuine.class);
    assertThat(ours.verify(header, new byte[] {1}, NOW)).isInstanceOf(Verdict.Refused.class);
    assertThat(signature(form, "Secret").verify(header, BODY, NOW))
        .isInstanceOf(Verdict.Refused.class);
    assertThat(ours.verify(header.substring(0, header.length() - 1), BODY, NOW))
        .isInstanceOf(Verdict.Refused.class);
    assertThat(ours.verify("", BODY, NOW)).isInstanceOf(Verdict.Refused.class);
  }

  @Test
  void theTimeMayBeOffByTheToleranceAndNoMore() {
    Signature ours = signature(Form.TIMESTAMPED, "secret");
    String header = ours.sign(BODY, NOW);
    for (long off : new long[] {-300, 0, 300}) {
      assertThat(ours.verify(header, BODY, NOW + off)).isInstanceOf(Verdict.Genuine.class);
    }
    for (long off : new long[] {-301, 301, 1_000_000}) {
      assertThat(ours.verify(header, BODY, NOW + off)).isInstanceOf(Verdict.Refused.class);
    }
  }

  @Test
  void whileASecretIsChangedEitherSignatureCounts() {
    Signature before = signature(Form.TIMESTAMPED, "old");
    Signature after = signature(Form.TIMESTAMPED, "new");
    String both = before.sign(BODY, NOW) + "," + after.sign(BODY, NOW).split(",")[1];
    assertThat(before.verify(both, BODY, NOW)).isInstanceOf(Verdict.Genuine.class);
    assertThat(after.verify(both, BODY, NOW)).isInstanceOf(Verdict.Genuine.class);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"t=", "t=x,v1=00", "v1=00", "t=99999999999999999999,v1=00", ",,,,", "t=1,v1=zz"})
  void whatIsNoSignatureIsRefused(String text) {
    assertThat(signature(Form.TIMESTAMPED, "secret").verify(text, BODY, NOW))
        .isInstanceOf(Verdict.Refused.class);
  }

  @Test
  void theSecretIsInNoText() {
    assertThat(signature(Form.HEX, "hidden").toString()).doesNotContain("hidden");
  }
}
