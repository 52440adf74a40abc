package dev.clasp.transform;

import dev.clasp.protocol.Value;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.Queue;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A mapping at work, with what its transforms remember. For one thread at a time.
 *
 * <p>Which rules take an address, and where they send it, is found out once and kept for the 50,000
 * addresses of each direction that were used last; so is what the transforms remember. All memories
 * together are bounded to about 32 MB; what was not used for longest is forgotten first. What a
 * rate holds back is not forgotten.
 */
public final class MappingRun {

  private static final int MAX_ADDRESSES = 50_000;
  private static final int MAX_GROUPS = 10_000;
  private static final int MAX_HELD = 100_000;
  private static final long MAX_CELLS = 4_000_000;

  /** Longer ones go through the rules each time. */
  private static final int MAX_KEPT_LENGTH = 1024;

  private static final int MAX_STEPS = 1000;

  private static final Take[] NO_TAKES = {};

  private final Mapping mapping;
  private final Map<String, Entry> in;
  private final Map<String, Entry> out;
  private final Map<GroupKey, Group> groups;
  private final PriorityQueue<RuleMemory> due =
      new PriorityQueue<>((a, b) -> Long.compare(a.queuedDue - b.queuedDue, 0));
  private final Moment moment = new Moment();
  private final List<MappedSignal> collected = new ArrayList<>();

  /** Where memories are taken over from. */
  private @Nullable MappingRun previous;

  /** What the rules are to one address. */
  private record Entry(Take[] takes, @Nullable String unmatched) {
    int cells() {
      int cells = 16;
      for (Take take : takes) {
        cells += take.cells();
      }
      return cells;
    }
  }

  private record GroupKey(Rule rule, Direction direction, String targets) {}

  MappingRun(Mapping mapping, @Nullable MappingRun previous) {
    this.mapping = mapping;
    this.in = new LinkedHashMap<>(16, 0.75f, true);
    this.out = new LinkedHashMap<>(16, 0.75f, true);
    this.groups = new LinkedHashMap<>(16, 0.75f, true);
    if (previous != null) {
      // Not a whole line of ancestors.
      previous.previous = null;
      due.addAll(previous.due);
      this.previous = previous;
    }
  }

  /** The mapping that is at work. */
  public Mapping mapping() {
    return mapping;
  }

  /**
   * Takes a signal through the rules.
   *
   * @param nanos monotonic time
   * @param target gets none, one or several; must not call this run
   */
  public void map(
      Direction direction, MappedSignal signal, long nanos, Consumer<MappedSignal> target) {
    Entry entry = entry(direction, signal.address());
    if (entry.unmatched() != null) {
      target.accept(signal.at(entry.unmatched()));
      return;
    }
    moment.nanos = nanos;
    boolean all = mapping.all();
    for (Take take : entry.takes()) {
      Group group = take.part < 0 ? null : group(take);
      RuleMemory memory = group == null ? take.memory : group.memory;
      if (run(take, memory, group, signal, moment, target, true) == null && !all) {
        break;
      }
    }
    if (moment.cells > MAX_CELLS) {
      forget();
    }
  }

  /**
   * One rule.
   *
   * @param live false only tries it
   * @return why it does not take the signal; null if it does
   */
  private @Nullable String run(
      Take take,
      RuleMemory memory,
      @Nullable Group group,
      MappedSignal signal,
      Moment moment,
      Consumer<MappedSignal> target,
      boolean live) {
    Rule rule = take.rule;
    moment.captures = take.captures;
    moment.index = 0;
    Value value = signal.value();
    Condition when = rule.when();
    if (when != null && !when.test(value, moment)) {
      return "its condition is not true";
    }
    Rule.Collect collect = rule.collect();
    if (group != null && collect != null) {
      Value whole = group.put(take.part, value, collect);
      if (whole == null) {
        moment.note("collect: parts are still missing");
        return null;
      }
      value = whole;
    }
    Value result = take.transform.run(value, memory.state, moment);
    if (moment.explaining() && !(take.transform instanceof Chain)) {
      moment.stage(new MappingStep.Stage(take.transform.type(), Optional.ofNullable(result)));
    }
    if (result == null) {
      moment.note("the transform drops the value");
      return null;
    }
    if (signal.gesture().isPresent()) {
      return gesture(take, memory, result, signal, moment, target);
    }
    if (rule.deadband() >= 0
        && memory.last != null
        && Deadband.near(memory.last, result, rule.deadband())) {
      moment.note("deadband: not far enough from the last value");
      return null;
    }
    if (rule.intervalNanos() == 0 && !take.onlyTarget().isEmpty()) {
      memory.last = result;
      target.accept(take.only(result, signal));
      return null;
    }
    collected.clear();
    int before = take.targetCells;
    boolean parted = take.signals(result, signal, moment, collected);
    if (take.kept) {
      this.moment.cells += take.targetCells - before;
    }
    if (!parted) {
      return "the value is not an array that could be split";
    }
    memory.last = result;
    if (rule.intervalNanos() > 0
        && memory.sent
        && moment.nanos - memory.sentAt < rule.intervalNanos()
        && (memory.queued || due.size() < MAX_HELD)) {
      memory.held = List.copyOf(collected);
      memory.due = memory.sentAt + rule.intervalNanos();
      moment.note(
          "rate: held back for "
              + Numbers.text((memory.due - moment.nanos) / 1e6)
              + " ms unless a newer value comes");
      if (live && !memory.queued) {
        memory.queued = true;
        memory.queuedDue = memory.due;
        due.add(memory);
      }
      return null;
    }
    memory.held = List.of();
    memory.sent = true;
    memory.sentAt = moment.nanos;
    for (MappedSignal each : List.copyOf(collected)) {
      target.accept(each);
    }
    return null;
  }

  /**
   * Contacts share an address, so nothing of them is held back: of moves that come too early each
   * is left out, and a beginning or an end is never too early.
   */
  private static @Nullable String gesture(
      Take take,
      RuleMemory memory,
      Value result,
      MappedSignal signal,
      Moment moment,
      Consumer<MappedSignal> target) {
    Rule rule = take.rule;
    List<MappedSignal> signals = new ArrayList<>();
    if (!take.signals(result, signal, moment, signals)) {
      return "the value is not an array that could be split";
    }
    if (signal.isMove()) {
      if (rule.intervalNanos() > 0
          && memory.sent
          && moment.nanos - memory.sentAt < rule.intervalNanos()) {
        moment.note("rate: a move of a gesture that comes too early is left out");
        return null;
      }
      memory.sent = true;
      memory.sentAt = moment.nanos;
    }
    signals.forEach(target);
    return null;
  }

  /**
   * Gives what was held back (a rate limit keeps the newest) and is due.
   *
   * @param target must not call this run
   * @return when to call again, in monotonic nanoseconds; {@link Long#MAX_VALUE}: nothing is held
   */
  public long release(long nanos, BiConsumer<Direction, MappedSignal> target) {
    while (true) {
      RuleMemory memory = due.peek();
      if (memory == null) {
        return Long.MAX_VALUE;
      }
      if (!memory.held.isEmpty() && memory.queuedDue - nanos > 0) {
        return memory.queuedDue;
      }
      due.poll();
      memory.queued = false;
      if (memory.held.isEmpty()) {
        continue;
      }
      if (memory.due - nanos > 0) {
        // Another was sent in between, and this one is younger.
        memory.queuedDue = memory.due;
        memory.queued = true;
        due.add(memory);
        continue;
      }
      List<MappedSignal> held = memory.held;
      memory.held = List.of();
      memory.sent = true;
      memory.sentAt = nanos;
      for (MappedSignal signal : held) {
        target.accept(memory.direction, signal);
      }
    }
  }

  // --- which rules -------------------------------------------------------------------------------

  private Map<String, Entry> entries(Direction direction) {
    return direction == Direction.IN ? in : out;
  }

  private Entry entry(Direction direction, String address) {
    Map<String, Entry> entries = entries(direction);
    Entry entry = entries.get(address);
    if (entry != null) {
      return entry;
    }
    entry = find(direction, address);
    if (address.length() <= MAX_KEPT_LENGTH) {
      entries.put(address, entry);
      moment.cells += entry.cells();
      for (Take take : entry.takes()) {
        take.kept = true;
      }
      if (entries.size() > MAX_ADDRESSES) {
        forgetEldest(entries);
      }
    }
    return entry;
  }

  private Entry find(Direction direction, String address) {
    if (direction == Direction.IN && !mapping.lets(address)) {
      return new Entry(NO_TAKES, null);
    }
    List<Take> takes = new ArrayList<>();
    Set<Rule> taken = new HashSet<>();
    for (Mapping.Candidate candidate : mapping.candidates(direction, address)) {
      if (taken.contains(candidate.rule())) {
        continue;
      }
      Take take = Take.of(mapping, candidate, direction, address, moment.registers);
      if (take != null) {
        taken.add(candidate.rule());
        takes.add(take);
        inherit(take, address);
      }
    }
    if (!takes.isEmpty()) {
      return new Entry(takes.toArray(Take[]::new), null);
    }
    String unmatched = mapping.unmatched(direction, address);
    if (unmatched != null && direction == Direction.OUT && !mapping.lets(unmatched)) {
      unmatched = null;
    }
    return new Entry(NO_TAKES, unmatched);
  }

  private void inherit(Take take, String address) {
    if (previous == null) {
      return;
    }
    Entry before = previous.entries(take.direction).get(address);
    if (before != null) {
      for (Take old : before.takes()) {
        if (old.rule.equals(take.rule)) {
          take.memory = old.memory;
        }
      }
    }
  }

  private Group group(Take take) {
    GroupKey key = new GroupKey(take.rule, take.direction, take.group());
    Group group = groups.get(key);
    if (group == null) {
      group = previous == null ? null : previous.groups.get(key);
      if (group == null) {
        group = newGroup(take);
      }
      groups.put(key, group);
      moment.cells += group.cells();
      if (groups.size() > MAX_GROUPS) {
        forgetGroup();
      }
    }
    return group;
  }

  private static Group newGroup(Take take) {
    Rule.Collect collect = take.rule.collect();
    int size = collect == null ? 0 : collect.keys().size();
    return new Group(size, new RuleMemory(take.direction, take.transform.newState()));
  }

  // --- forgetting --------------------------------------------------------------------------------

  private void forget() {
    previous = null;
    while (moment.cells > MAX_CELLS && in.size() + out.size() + groups.size() > 1) {
      int before = in.size() + out.size() + groups.size();
      forgetEldest(in);
      forgetEldest(out);
      forgetGroup();
      if (in.size() + out.size() + groups.size() == before) {
        return;
      }
    }
  }

  private void forgetEldest(Map<String, Entry> entries) {
    if (entries.size() > 1) {
      Iterator<Entry> eldest = entries.values().iterator();
      moment.cells -= eldest.next().cells();
      eldest.remove();
    }
  }

  private void forgetGroup() {
    if (groups.size() > 1) {
      Iterator<Group> eldest = groups.values().iterator();
      moment.cells -= eldest.next().cells();
      eldest.remove();
    }
  }

  /** How much is remembered, for tests. */
  long cells() {
    return moment.cells;
  }

  /** The same, counted again. */
  long countedCells() {
    long cells = 0;
    for (Entry entry : in.values()) {
      cells += entry.cells();
    }
    for (Entry entry : out.values()) {
      cells += entry.cells();
    }
    for (Group group : groups.values()) {
      cells += group.cells();
    }
    return cells;
  }

  // --- explaining --------------------------------------------------------------------------------

  /**
   * What would happen to a signal, for a preview. Remembers nothing of it.
   *
   * @return a step for each rule in the order in which they are asked, at most 1,000; and one with
   *     rule -1 if the signal goes its way without a rule
   */
  public List<MappingStep> explain(Direction direction, MappedSignal signal, long nanos) {
    Entry entry = entries(direction).get(signal.address());
    if (entry == null) {
      entry = find(direction, signal.address());
    }
    Queue<Take> takes = new ArrayDeque<>(List.of(entry.takes()));
    List<MappingStep> steps = new ArrayList<>();
    boolean done = false;
    for (Rule rule : mapping.rules()) {
      if (steps.size() == MAX_STEPS) {
        break;
      }
      Take take = takes.peek();
      if (take == null || take.rule.number() != rule.number()) {
        steps.add(refusal(rule, Map.of(), whyNot(rule, direction, signal.address())));
        continue;
      }
      takes.remove();
      if (done) {
        steps.add(refusal(rule, captures(take), "an earlier rule has taken it"));
        continue;
      }
      MappingStep step = tried(take, signal, nanos);
      steps.add(step);
      done = step.refusal().isEmpty() && !mapping.all();
    }
    if (entry.takes().length == 0) {
      steps.add(unmatched(entry, direction, signal));
    }
    return steps;
  }

  private MappingStep tried(Take take, MappedSignal signal, long nanos) {
    Moment trial = new Moment();
    trial.explain();
    trial.nanos = nanos;
    Group group = null;
    RuleMemory memory = take.memory.copy();
    if (take.part >= 0) {
      Group there = groups.get(new GroupKey(take.rule, take.direction, take.group()));
      group = there == null ? newGroup(take) : there.copy();
      memory = group.memory;
    }
    List<MappedSignal> signals = new ArrayList<>();
    String refusal = run(take, memory, group, signal, trial, signals::add, false);
    return new MappingStep(
        take.rule.number(),
        take.rule.name(),
        captures(take),
        Optional.ofNullable(refusal),
        trial.stages(),
        trial.notes(),
        signals);
  }

  private static MappingStep refusal(Rule rule, Map<String, String> captures, String why) {
    return new MappingStep(
        rule.number(), rule.name(), captures, Optional.of(why), List.of(), List.of(), List.of());
  }

  private static Map<String, String> captures(Take take) {
    Map<String, String> captures = new LinkedHashMap<>();
    for (int i = 0; i < take.captures.length; i++) {
      String text = take.captures[i];
      if (text != null) {
        captures.put(take.rule.slots().get(i), text);
      }
    }
    return captures;
  }

  private String whyNot(Rule rule, Direction direction, String address) {
    if (!rule.enabled()) {
      return "it is not enabled";
    }
    List<Rule.Route> routes = rule.routes(direction);
    if (routes.isEmpty()) {
      return "its direction is " + (direction == Direction.IN ? "out" : "in");
    }
    if (direction == Direction.IN && !mapping.lets(address)) {
      return "include and exclude do not let the address through";
    }
    for (Rule.Route route : routes) {
      if (route.matcher().match(address, new String[rule.slots().size()])) {
        return "the result is not an address, or the filters do not let it through";
      }
    }
    return "the address does not match " + routes.getFirst().source().text();
  }

  private static MappingStep unmatched(Entry entry, Direction direction, MappedSignal signal) {
    String target = entry.unmatched();
    if (target == null) {
      return new MappingStep(
          -1,
          "",
          Map.of(),
          Optional.of(
              direction == Direction.IN
                  ? "no rule takes it, and it is dropped"
                  : "no rule takes it, and it is dropped or not below the prefix"),
          List.of(),
          List.of(),
          List.of());
    }
    return new MappingStep(
        -1,
        "",
        Map.of(),
        Optional.empty(),
        List.of(),
        List.of("no rule takes it: it keeps its path"),
        List.of(signal.at(target)));
  }
}
