package io.lbdirector.glb;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** What an import has to tell: what is wrong, what was left out, what to look at. */
final class Findings {
  /** Places named for one message; more are counted. */
  private static final int NAMED = 8;

  /** Long runs of hexadecimal digits are taken for a key that stands where it should not. */
  private static final Pattern KEY_MATERIAL = Pattern.compile("[0-9A-Fa-f]{16,}");

  private final Map<Place, List<String>> problems = new LinkedHashMap<>();
  private final Map<Note, List<Place>> leftOut = new LinkedHashMap<>();
  private final Map<Note, List<Place>> warnings = new LinkedHashMap<>();

  /** One message about one source, for all places that it holds for. */
  private record Note(String source, String message) {}

  /**
   * @param message what is wrong and what to do instead, to be read after the place
   */
  void problem(Place place, String message) {
    problems.computeIfAbsent(place, p -> new ArrayList<>()).add(message);
  }

  void leftOut(Place place, String why) {
    note(leftOut, place, why);
  }

  void warning(Place place, String message) {
    note(warnings, place, message);
  }

  private static void note(Map<Note, List<Place>> notes, Place place, String message) {
    notes.computeIfAbsent(new Note(place.source(), message), n -> new ArrayList<>()).add(place);
  }

  boolean hasProblem() {
    return !problems.isEmpty();
  }

  /** Whether anything is wrong with {@code place}, or with a part of it. */
  boolean hasProblemWithin(Place place) {
    return problems.keySet().stream().anyMatch(p -> p.isWithin(place));
  }

  /** A line each, place first. */
  List<String> problems() {
    List<String> lines = new ArrayList<>();
    problems.forEach(
        (place, messages) -> messages.forEach(message -> lines.add(line(place, message))));
    return lines;
  }

  List<String> leftOut() {
    return lines(leftOut);
  }

  List<String> warnings() {
    return lines(warnings);
  }

  private static List<String> lines(Map<Note, List<Place>> notes) {
    List<String> lines = new ArrayList<>();
    notes.forEach(
        (note, places) -> lines.add(line(new Place(note.source(), paths(places)), note.message())));
    return lines;
  }

  private static String paths(List<Place> places) {
    List<String> paths = places.stream().limit(NAMED).map(Place::path).toList();
    int more = places.size() - paths.size();
    return String.join(", ", paths) + (more > 0 ? " and " + more + " more" : "");
  }

  private static String line(Place place, String message) {
    return new Place(place.source(), hideKeys(place.path())) + ": " + hideKeys(message);
  }

  private static String hideKeys(String text) {
    return KEY_MATERIAL.matcher(text).replaceAll("(hidden)");
  }
}
