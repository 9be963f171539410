package io.lbdirector.bench.director;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import io.lbdirector.config.ConfigException;
import io.lbdirector.config.ConfigLoader;
import io.lbdirector.config.DirectorConfig;
import io.lbdirector.forwarding.Backend;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ConfigTextTest {
  private static List<DirectorConfig.Table> tables(byte[] toml) throws ConfigException {
    return ConfigLoader.load(toml, "test").tables();
  }

  @Test
  void shouldChangeExactlyTheTableOfTheEdit() throws ConfigException {
    ConfigText text = ConfigText.of(7, 3);
    List<DirectorConfig.Table> before = tables(text.afterEdit(0));
    for (int edit = 1; edit <= 600; edit++) {
      List<DirectorConfig.Table> after = tables(text.afterEdit(edit));
      List<DirectorConfig.Table> last = before;
      List<Integer> changed =
          IntStream.range(0, 7).filter(i -> !after.get(i).equals(last.get(i))).boxed().toList();
      assertEquals(List.of(edit % 7), changed, "edit " + edit);
      before = after;
    }
  }

  @Test
  void shouldChangeAllTables() throws ConfigException {
    ConfigText text = ConfigText.of(3, 2);
    List<DirectorConfig.Table> before = tables(text.toml());
    List<DirectorConfig.Table> after = tables(text.afterEditOfAll(1));
    for (int table = 0; table < 3; table++) {
      assertNotEquals(before.get(table).pool(), after.get(table).pool());
      assertEquals(before.get(table).binds(), after.get(table).binds());
    }
  }

  @Test
  void shouldGiveEveryTableItsBinds() throws ConfigException {
    ConfigText text = ConfigText.of(3, 2).withBinds(2);
    assertEquals(
        List.of(
            List.of("tcp 198.18.0.0:443", "tcp 198.18.0.1:443"),
            List.of("tcp 198.18.0.2:443", "tcp 198.18.0.3:443"),
            List.of("tcp 198.18.0.4:443", "tcp 198.18.0.5:443")),
        binds(text.afterEdit(5)));
    assertEquals(
        List.of("tcp [2001:db8:113::c612:4]:443", "tcp [2001:db8:113::c612:5]:443"),
        binds(text.overIpv6().toml()).get(2));
  }

  private static List<List<String>> binds(byte[] toml) throws ConfigException {
    return tables(toml).stream()
        .map(table -> table.binds().stream().map(bind -> bind.bind().toString()).toList())
        .toList();
  }

  @Test
  void shouldNameBackends() throws ConfigException {
    for (ConfigText text : List.of(ConfigText.of(3, 2), ConfigText.of(3, 2).toIpv6())) {
      assertEquals(
          List.of(text.backend(2, 0), text.backend(2, 1)),
          tables(text.toml()).get(2).pool().stream().map(Backend::address).toList());
    }
  }

  @Test
  void shouldAddOneWideBindToTheLastTable() throws ConfigException {
    byte[] toml = ConfigText.of(2, 1).withWide("203.0.112.0/24", "400-499").toml();
    assertEquals(List.of("tcp 198.18.0.1:443", "tcp 203.0.112.0/24:400-499"), binds(toml).get(1));
  }
}
