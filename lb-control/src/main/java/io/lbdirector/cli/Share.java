package io.lbdirector.cli;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * A share of a backend's rows that the user gave, as {@code 35%}.
 *
 * @param percent 1 to 99
 */
record Share(int percent) {
  private static final Pattern SYNTAX = Pattern.compile("([1-9][0-9]?)%");

  static final class Converter implements ITypeConverter<Share> {
    @Override
    public Share convert(String text) {
      Matcher parts = SYNTAX.matcher(text);
      if (!parts.matches()) {
        throw new TypeConversionException("'" + text + "' is no share from 1% to 99%");
      }
      return new Share(Integer.parseInt(parts.group(1)));
    }
  }
}
