package dev.clasp.server;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** Which paths belong to which call. */
class AdminRouteTest {

  private static AdminRoute route(String path) {
    return new AdminRoute("POST", path, _ -> {});
  }

  @Test
  void aVariableMayStandInTheMiddle() {
    AdminRoute learn = route("/bridges/{name}/learn");
    assertThat(learn.match("/bridges/desk/learn")).contains("desk");
    assertThat(learn.match("/bridges/desk")).isEmpty();
    assertThat(learn.match("/bridges//learn")).isEmpty();
    assertThat(learn.match("/bridges/learn")).isEmpty();
    assertThat(learn.match("/bridges/a/b/learn")).isEmpty();
  }

  @Test
  void aVariableAtTheEndIsOneSegmentAndAnAddressTheRest() {
    assertThat(route("/sessions/{id}").match("/sessions/1")).contains("1");
    assertThat(route("/sessions/{id}").match("/sessions/1/2")).isEmpty();
    assertThat(route("/state/{address}").match("/state/a/b")).contains("a/b");
    assertThat(route("/state/{address}").match("/state/")).isEmpty();
  }

  @Test
  void aPathWithoutVariableIsItself() {
    assertThat(route("/info").match("/info")).contains("");
    assertThat(route("/info").match("/info/")).isEmpty();
  }
}
