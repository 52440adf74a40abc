package dev.clasp.systemtests;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaPackage;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * Keeps the floors of the house: which module may know which, and what is allowed in which room.
 *
 * <p>The table here and the one in {@code ARCHITECTURE.md} say the same; change both or neither.
 */
class FloorsTest {

  private static final String HOUSE = "dev.clasp";

  /** What each module may know of the house. A module that is missing here fails the test. */
  private static final Map<String, List<String>> FLOORS =
      Map.ofEntries(
          Map.entry("protocol", List.of()),
          Map.entry("security", List.of("protocol")),
          Map.entry("router", List.of("protocol", "security")),
          Map.entry("transport", List.of("protocol")),
          Map.entry("testkit", List.of("protocol", "security")),
          Map.entry("bridgetestkit", List.of("bridge")),
          Map.entry("config", List.of()),
          Map.entry("discovery", List.of("protocol", "transport")),
          Map.entry("client", List.of("protocol", "transport", "discovery")),
          Map.entry("transform", List.of("protocol")),
          Map.entry("osc", List.of("protocol")),
          Map.entry("rdm", List.of("protocol")),
          Map.entry("dmx", List.of("protocol", "client", "transform", "bridge")),
          Map.entry(
              "bridgeartnet", List.of("protocol", "client", "transform", "bridge", "rdm", "dmx")),
          Map.entry("bridgesacn", List.of("protocol", "client", "transform", "bridge", "dmx")),
          Map.entry(
              "bridgedmx",
              List.of("protocol", "client", "transform", "bridge", "serial", "rdm", "dmx")),
          Map.entry("bridge", List.of("protocol", "transport", "client", "transform")),
          Map.entry(
              "bridgeosc",
              List.of("protocol", "transport", "client", "transform", "bridge", "osc")),
          Map.entry(
              "oscquery",
              List.of(
                  "protocol", "transport", "discovery", "client", "transform", "bridge", "osc")),
          Map.entry(
              "bridgeserver",
              List.of(
                  "protocol",
                  "security",
                  "router",
                  "transport",
                  "discovery",
                  "client",
                  "transform",
                  "bridge",
                  "oscquery",
                  "server")),
          Map.entry(
              "adapterosc",
              List.of("protocol", "security", "router", "transport", "server", "osc")),
          Map.entry(
              "adaptermqtt",
              List.of(
                  "protocol",
                  "security",
                  "router",
                  "transport",
                  "client",
                  "transform",
                  "server",
                  "bridge")),
          Map.entry(
              "bridgemqtt", List.of("protocol", "transport", "client", "transform", "bridge")),
          Map.entry("web", List.of("protocol", "transport", "client", "transform", "bridge")),
          Map.entry(
              "bridgehttp",
              List.of("protocol", "transport", "client", "transform", "bridge", "web")),
          Map.entry(
              "bridgewebsocket",
              List.of("protocol", "transport", "client", "transform", "bridge", "web")),
          Map.entry(
              "bridgesocketio",
              List.of("protocol", "transport", "client", "transform", "bridge", "web")),
          Map.entry(
              "adapterhttp",
              List.of(
                  "protocol",
                  "security",
                  "router",
                  "transport",
                  "client",
                  "transform",
                  "bridge",
                  "server",
                  "web")),
          Map.entry("midi", List.of()),
          Map.entry(
              "bridgemidi",
              List.of(
                  "protocol",
                  "transport",
                  "discovery",
                  "client",
                  "transform",
                  "bridge",
                  "serial",
                  "midi")),
          Map.entry("serial", List.of("protocol", "transport")),
          Map.entry("webrtc", List.of("protocol", "transport", "client", "transform", "bridge")),
          Map.entry("ble", List.of("protocol", "transport")),
          Map.entry("server", List.of("protocol", "security", "router", "transport", "discovery")),
          Map.entry("bench", List.of("protocol", "transport", "client", "osc")),
          Map.entry(
              "cli",
              List.of(
                  "protocol",
                  "security",
                  "router",
                  "transport",
                  "client",
                  "transform",
                  "osc",
                  "bridge",
                  "bridgemqtt",
                  "bridgeosc",
                  "oscquery",
                  "adapterosc",
                  "bridgeserver",
                  "rdm",
                  "dmx",
                  "bridgeartnet",
                  "bridgesacn",
                  "bridgedmx",
                  "adaptermqtt",
                  "web",
                  "bridgehttp",
                  "bridgewebsocket",
                  "bridgesocketio",
                  "adapterhttp",
                  "midi",
                  "bridgemidi",
                  "serial",
                  "webrtc",
                  "ble",
                  "discovery",
                  "config",
                  "server",
                  "bench")));

  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .withImportOption(location -> !location.contains("/jmh_generated/"))
          .importPackages(HOUSE);

  @TestFactory
  Stream<DynamicTest> everyModuleKnowsOnlyTheFloorsBelow() {
    return FLOORS.entrySet().stream()
        .map(floor ->
            DynamicTest.dynamicTest(
                floor.getKey() + " knows " + floor.getValue(),
                () -> check(knowsOnly(floor.getKey(), floor.getValue()))));
  }

  private static ArchRule knowsOnly(String module, List<String> below) {
    String[] forbidden =
        FLOORS.keySet().stream()
            .filter(other -> !other.equals(module) && !below.contains(other))
            .map(FloorsTest::packageOf)
            .toArray(String[]::new);
    return noClasses()
        .that()
        .resideInAPackage(packageOf(module))
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(forbidden);
  }

  @Test
  void everyModuleHasItsFloor() {
    assertThat(
            CLASSES.stream()
                .map(JavaClass::getPackageName)
                .map(name -> name.substring(HOUSE.length() + 1).split("\\.")[0])
                .collect(Collectors.toSet()))
        .containsExactlyInAnyOrderElementsOf(FLOORS.keySet());
  }

  @Test
  void modulesFormNoLoop() {
    check(slices().matching(HOUSE + ".(*)..").should().beFreeOfCycles());
  }

  @Test
  void protocolNeedsNothingButTheJdk() {
    check(
        classes()
            .that()
            .resideInAPackage(packageOf("protocol"))
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage(packageOf("protocol"), "java..", "org.jspecify.annotations.."));
  }

  @Test
  void onlyTheNetworkFloorsUseNetty() {
    check(
        onlyIn(
            "io.netty..",
            "transport",
            "client",
            "server",
            "serial",
            "ble",
            "oscquery",
            "adapterosc",
            "adaptermqtt",
            "bridgesocketio",
            "bridgewebsocket",
            "bench"));
  }

  @Test
  void onlyTheSerialRoomOpensSerialPorts() {
    check(onlyIn("com.fazecast..", "serial"));
  }

  @Test
  void onlyTheBluetoothRoomSpeaksDbus() {
    check(onlyIn("org.freedesktop..", "ble"));
    check(onlyIn("org.bluez..", "ble"));
  }

  @Test
  void protocolAndRouterOpenNoSocketsAndNoFiles() {
    check(
        noClasses()
            .that()
            .resideInAnyPackage(packageOf("protocol"), packageOf("router"))
            .should()
            .dependOnClassesThat(
                JavaClass.Predicates.resideInAnyPackage("java.nio.channels..", "java.nio.file..")
                    .or(JavaClass.Predicates.type(java.net.Socket.class))
                    .or(JavaClass.Predicates.type(java.net.DatagramSocket.class))
                    .or(JavaClass.Predicates.type(java.io.File.class))));
  }

  @Test
  void onlyTheCommandLineParsesFlags() {
    check(onlyIn("picocli..", "cli"));
  }

  @Test
  void jsonStaysOutOfTheHotPath() {
    check(
        onlyIn(
            "com.fasterxml.jackson..",
            "config",
            "security",
            "discovery",
            "bridge",
            "oscquery",
            "server",
            "cli",
            "bench"));
  }

  @Test
  void onlyDiscoveryDrawsCodes() {
    check(onlyIn("io.nayuki..", "discovery"));
  }

  @Test
  void onlySecurityReadsSignedTokens() {
    check(onlyIn("com.nimbusds..", "security"));
  }

  @Test
  void onlyOneClassKnowsTheNativeLibraryForWebRtc() {
    check(
        noClasses()
            .that()
            .haveNameNotMatching(".*\\.NativePeerConnections(\\$.*)?")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("dev.onvoid.."));
  }

  @Test
  void onlyServerAndCommandLineReadTheEnvironment() {
    check(
        noClasses()
            .that()
            .resideOutsideOfPackages(packageOf("server"), packageOf("cli"))
            .should()
            .callMethod(System.class, "getenv")
            .orShould()
            .callMethod(System.class, "getenv", String.class));
  }

  @Test
  void onlyTheCommandLineEndsTheProcess() {
    check(
        noClasses()
            .that()
            .resideOutsideOfPackage(packageOf("cli"))
            .should()
            .callMethod(System.class, "exit", int.class)
            .orShould()
            .callMethod(Runtime.class, "exit", int.class)
            .orShould()
            .callMethod(Runtime.class, "halt", int.class));
  }

  @Test
  void namesSayWhatAThingDoes() {
    check(noClasses().should().haveNameMatching(".*(Manager|Helper|Utils?|Impl)(\\$.*)?"));
  }

  @Test
  void everyPackageIsNullMarked() {
    assertThat(CLASSES.getPackage(HOUSE).getSubpackagesInTree())
        .filteredOn(candidate -> !candidate.getClasses().isEmpty())
        .allMatch(candidate -> candidate.isAnnotatedWith(NullMarked.class), "has @NullMarked")
        .extracting(JavaPackage::getName)
        .isNotEmpty();
  }

  private static ArchRule onlyIn(String library, String... modules) {
    String[] rooms = Stream.of(modules).map(FloorsTest::packageOf).toArray(String[]::new);
    return noClasses()
        .that()
        .resideOutsideOfPackages(rooms)
        .should()
        .dependOnClassesThat()
        .resideInAPackage(library);
  }

  private static String packageOf(String module) {
    return HOUSE + "." + module + "..";
  }

  private static void check(ArchRule rule) {
    rule.allowEmptyShould(true).check(CLASSES);
  }
}
