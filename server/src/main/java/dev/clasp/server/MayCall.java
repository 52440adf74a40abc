package dev.clasp.server;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.clasp.protocol.AddressPattern;
import dev.clasp.protocol.AddressRules;
import dev.clasp.security.Action;
import dev.clasp.security.Constraint;
import dev.clasp.security.Identity;
import dev.clasp.security.Judgement;
import dev.clasp.security.Scope;
import dev.clasp.security.Scopes;
import dev.clasp.security.TokenAuthenticator;
import dev.clasp.security.TokenEntry;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * {@code POST /admin/v1/may}: may somebody do something? Answered by the code that answers clients
 * ({@link Scopes}, {@link TokenAuthenticator#judge}), with the scope that allows it or the reason
 * why none does. A token that is asked about is neither kept nor logged, and asking is no attempt
 * to log in.
 *
 * @param authenticator who knows the tokens; empty on an open router
 */
record MayCall(Optional<TokenAuthenticator> authenticator) {

  private static final Set<String> FIELDS =
      Set.of("action", "address", "scopes", "token", "token_id");

  /**
   * What is asked.
   *
   * @param pattern whether it is about all that the pattern matches
   */
  private record Question(Action action, String address, boolean pattern) {

    boolean allowedBy(Scopes scopes) {
      return allowedBy(scopes, action);
    }

    boolean allowedBy(Scopes scopes, Action what) {
      if (pattern) {
        return scopes.permitAll(what, AddressPattern.parse(address));
      }
      byte[] name = address.getBytes(StandardCharsets.UTF_8);
      return scopes.permit(what, name, 0, name.length);
    }
  }

  private record Answer(boolean allowed, List<String> by, String why) {}

  void handle(AdminCall call) {
    ObjectNode body = AdminJson.read(call.query().body(), FIELDS);
    Question question = question(body);
    Optional<String> scopes = AdminJson.text(body, "scopes");
    Optional<String> token = AdminJson.text(body, "token");
    Optional<String> id = AdminJson.text(body, "token_id");
    if (Stream.of(scopes, token, id).filter(Optional::isPresent).count() != 1) {
      throw new AdminCall.Mistake(400, "say one of scopes, token and token_id");
    }
    if (scopes.isPresent()) {
      Scopes asked = scopes.get().isBlank() ? Scopes.NONE : Scopes.parseList(scopes.get());
      tell(call, question, asked, Optional.empty(), answer(question, asked));
      return;
    }
    TokenAuthenticator judge =
        authenticator.orElseThrow(() ->
            new AdminCall.Mistake(
                409, "this router lets everybody in with every right, whatever the token"));
    if (token.isPresent()) {
      judge.judge(token.get().strip(), judgement -> tell(call, question, judgement));
    } else {
      List<TokenEntry> named = judge.named(id.orElseThrow());
      if (named.isEmpty()) {
        throw new AdminCall.Mistake(404, "there is no token of this id");
      }
      tell(call, question, judge.judge(named.getFirst()));
    }
  }

  private static Question question(ObjectNode body) {
    Action action =
        switch (AdminJson.text(body, "action").orElse("").toLowerCase(Locale.ROOT)) {
          case "read" -> Action.READ;
          case "write" -> Action.WRITE;
          case "admin" -> Action.ADMIN;
          case "federate" -> Action.FEDERATE;
          default ->
              throw new AdminCall.Mistake(400, "action must be read, write, admin or federate");
        };
    String address =
        AdminJson.text(body, "address")
            .orElseThrow(() ->
                new AdminCall.Mistake(400, "address is missing: /lights/1, or /lights/** for all"));
    boolean pattern = address.indexOf('*') >= 0;
    if (pattern) {
      AddressPattern.parse(address);
    } else {
      byte[] name = address.getBytes(StandardCharsets.UTF_8);
      String violation = AddressRules.violation(name, 0, name.length);
      if (violation != null) {
        throw new AdminCall.Mistake(400, violation);
      }
    }
    return new Question(action, address, pattern);
  }

  private static void tell(AdminCall call, Question question, Judgement judgement) {
    Scopes scopes = judgement.identity().map(Identity::scopes).orElse(Scopes.NONE);
    Answer answer =
        judgement
            .refusal()
            .map(why -> new Answer(false, List.of(), "the token does not let in: " + why))
            .orElseGet(() -> answer(question, scopes));
    tell(call, question, scopes, judgement.identity(), answer);
  }

  // --- the answer --------------------------------------------------------------------------------

  private static Answer answer(Question question, Scopes scopes) {
    if (question.allowedBy(scopes)) {
      List<String> alone =
          scopes.list().stream()
              .filter(scope -> question.allowedBy(Scopes.of(List.of(scope))))
              .map(Scope::text)
              .toList();
      if (!alone.isEmpty() || scopes.all()) {
        return new Answer(true, alone, "");
      }
      return new Answer(
          true,
          scopes.list().stream()
              .filter(scope -> scope.action().includes(question.action))
              .map(Scope::text)
              .toList(),
          "none of them alone, but all of them together");
    }
    return new Answer(false, List.of(), whyNot(question, scopes));
  }

  private static String whyNot(Question question, Scopes scopes) {
    if (scopes.list().isEmpty()) {
      return "without scopes nothing is allowed";
    }
    for (Scope scope : scopes.list()) {
      if (!scope.action().includes(question.action)
          && question.allowedBy(Scopes.of(List.of(scope)), scope.action())) {
        return scope.text()
            + (question.pattern ? " covers it, but allows " : " reaches the address, but allows ")
            + (scope.action() == Action.READ
                ? "only to read"
                : scope.action() == Action.WRITE ? "only to read and write" : "not this action");
      }
    }
    if (question.pattern) {
      return "the scopes do not cover every address that the pattern can match";
    }
    Question below = new Question(question.action, question.address + "/x", false);
    for (Scope scope : scopes.list()) {
      if (below.allowedBy(Scopes.of(List.of(scope)))) {
        return scope.text() + " begins below this address: a ** at the end needs a segment";
      }
    }
    return "no scope reaches this address";
  }

  private static void tell(
      AdminCall call, Question question, Scopes scopes, Optional<Identity> who, Answer answer) {
    call.json(
        200,
        AdminJson.object(json -> {
          json.writeBooleanField("allowed", answer.allowed);
          json.writeStringField("action", question.action.name().toLowerCase(Locale.ROOT));
          json.writeStringField("address", question.address);
          json.writeBooleanField("pattern", question.pattern);
          json.writeArrayFieldStart("by");
          for (String scope : answer.by) {
            json.writeString(scope);
          }
          json.writeEndArray();
          json.writeStringField("why", answer.why);
          if (who.isPresent()) {
            json.writeStringField("token_id", who.get().tokenId());
            if (who.get().subject().isPresent()) {
              json.writeStringField("subject", who.get().subject().get());
            }
          }
          json.writeArrayFieldStart("scopes");
          for (Scope scope : scopes.list()) {
            json.writeString(scope.text());
          }
          json.writeEndArray();
          json.writeArrayFieldStart("constraints");
          for (String constraint : constraints(question, who)) {
            json.writeString(constraint);
          }
          json.writeEndArray();
        }));
  }

  /** What the token allows to write there, if it does not allow all: the first that matches. */
  private static List<String> constraints(Question question, Optional<Identity> who) {
    if (question.pattern || question.action != Action.WRITE || who.isEmpty()) {
      return List.of();
    }
    return who.get().constraints().stream()
        .filter(constraint -> constraint.pattern().matches(question.address))
        .limit(1)
        .map(MayCall::text)
        .toList();
  }

  private static String text(Constraint constraint) {
    return constraint.pattern().text()
        + ":"
        + constraint.range().map(range -> " " + range.min() + " to " + range.max()).orElse("")
        + (constraint.maxRate().isPresent()
            ? " " + constraint.maxRate().getAsDouble() + " writes a second"
            : "");
  }
}
