package io.lbdirector.lab;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * What a daemon takes of the machine.
 *
 * @param pins how many by folder: slots have other names each time
 * @param files that it has open
 */
record Footprint(Map<String, Integer> pins, long files, long residentBytes) {

  static Footprint of(Lbd lbd) throws IOException {
    return new Footprint(pins(lbd.pins()), files(lbd.pid()), residentBytes(lbd.pid()));
  }

  private static Map<String, Integer> pins(Path folder) throws IOException {
    Map<String, Integer> pins = new TreeMap<>();
    try (Stream<Path> all = Files.walk(folder)) {
      all.filter(Files::isRegularFile)
          .map(pin -> folder.relativize(pin.getParent()).toString())
          .forEach(parent -> pins.merge(parent, 1, Integer::sum));
    }
    return pins;
  }

  private static long files(long pid) throws IOException {
    try (Stream<Path> all = Files.list(Path.of("/proc", Long.toString(pid), "fd"))) {
      return all.count();
    }
  }

  private static long residentBytes(long pid) throws IOException {
    return Files.readAllLines(Path.of("/proc", Long.toString(pid), "status")).stream()
        .filter(line -> line.startsWith("VmRSS:"))
        .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) * 1024)
        .findFirst()
        .orElseThrow();
  }
}
