package dev.clasp.bridgemqtt;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Certificates by openssl, as PEM files in a folder. */
final class TestCertificates {

  private final Path folder;

  TestCertificates(Path folder) {
    this.folder = folder;
  }

  String pem(String name) {
    return folder.resolve(name + ".pem").toString();
  }

  String key(String name) {
    return folder.resolve(name + ".key").toString();
  }

  void authority(String name) {
    openssl(
        "req",
        "-x509",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:prime256v1",
        "-nodes",
        "-days",
        "2",
        "-subj",
        "/CN=" + name,
        "-keyout",
        key(name),
        "-out",
        pem(name));
  }

  /** One for 127.0.0.1. */
  void issued(String name, String authority) {
    Path request = folder.resolve(name + ".csr");
    openssl(
        "req",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:prime256v1",
        "-nodes",
        "-subj",
        "/CN=" + name,
        "-keyout",
        key(name),
        "-out",
        request.toString());
    Path extensions = folder.resolve(name + ".ext");
    try {
      Files.writeString(extensions, "subjectAltName=IP:127.0.0.1\n");
    } catch (IOException e) {
      throw new AssertionError(e);
    }
    openssl(
        "x509",
        "-req",
        "-in",
        request.toString(),
        "-CA",
        pem(authority),
        "-CAkey",
        key(authority),
        "-CAcreateserial",
        "-days",
        "2",
        "-extfile",
        extensions.toString(),
        "-out",
        pem(name));
  }

  private static void openssl(String... arguments) {
    List<String> command = new ArrayList<>(List.of("openssl"));
    command.addAll(List.of(arguments));
    try {
      Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
      String said =
          new String(
              process.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
      if (process.waitFor() != 0) {
        throw new AssertionError(command + ": " + said);
      }
    } catch (IOException e) {
      throw new AssertionError("install the package openssl", e);
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}
