package dev.clasp.adapterosc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.clasp.osc.OscException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OscNamespaceTest {

  private static final OscNamespace OSC = new OscNamespace("/osc");

  @ParameterizedTest
  @CsvSource({"/osc,/osc", "osc,/osc", "/osc/,/osc", "'',''", "/,''", "a/b//,/a/b"})
  void namespacesAreNormal(String given, String normal) {
    assertThat(OscNamespace.normal(given)).isEqualTo(normal);
  }

  @Test
  void aNamespaceIsAnAddress() {
    assertThatThrownBy(() -> OscNamespace.normal("/a/*")).hasMessageContaining("/a/*");
  }

  @Test
  void onlyWholeSegmentsAreTakenOff() {
    assertThat(OSC.osc("/osc/a")).contains("/a");
    assertThat(OSC.osc("/osc")).isEmpty();
    assertThat(OSC.osc("/osc/")).isEmpty();
    assertThat(OSC.osc("/oscillator/x")).isEmpty();
    assertThat(new OscNamespace("").osc("/a")).contains("/a");
  }

  @Test
  void nobodyPassesForTheRouter() {
    assertThat(new OscNamespace("").osc("/clasp/error")).isEmpty();
    assertThat(OSC.osc("/osc/clasp/error")).isEmpty();
    assertThat(OSC.osc("/osc/clasper")).contains("/clasper");
  }

  @ParameterizedTest
  @CsvSource({
    "/a,/osc/a,true",
    "/a/*,/osc/a/*,true",
    "/a/**,/osc/a/**,true",
    "/**,/osc/**,true",
    "//,/osc/**,true",
    "/a//b,/osc/a/**/b,true",
    "/a/**/b,/osc/a/**/b,true",
    "/fader*,/osc/fader*,true",
    "/fader[1-3],/osc/fader*,false",
    "/?,/osc/*,false",
    "'/{a,b}/c','/osc/*/c',false",
    "'/{a/b,c}','/osc/*',false",
    "/a%20b,'/osc/a b',true",
  })
  void patternsOfOscBecomePatternsOfClasp(String osc, String clasp, boolean exact)
      throws OscException {
    OscNamespace.Wanted wanted = OSC.wanted(osc);
    assertThat(wanted.pattern()).isEqualTo(clasp);
    assertThat(wanted.exactly().isEmpty()).isEqualTo(exact);
  }

  @ParameterizedTest
  @CsvSource({"''", "a", "/a/", "/[a", "'/{a,b'"})
  void whatIsNoPatternIsRefused(String text) {
    assertThatThrownBy(() -> OSC.wanted(text)).isInstanceOf(OscException.class);
  }
}
