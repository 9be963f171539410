package io.lbdirector.admin;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SchemaId;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.SpecVersion.VersionFlag;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** docs/openapi.json, and what it says of answers. */
final class ApiDocument {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final JsonSchemaFactory SCHEMAS =
      JsonSchemaFactory.getInstance(VersionFlag.V202012);

  /** Methods that a path may have beside HEAD. */
  private static final List<String> METHODS =
      List.of("get", "put", "post", "delete", "options", "patch", "trace");

  final JsonNode root;

  private ApiDocument(JsonNode root) {
    this.root = root;
  }

  static ApiDocument read() throws IOException {
    return new ApiDocument(JSON.readTree(Files.readString(Path.of("../docs/openapi.json"))));
  }

  static JsonNode parse(String json) {
    try {
      return JSON.readTree(json);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(json, e);
    }
  }

  /** Every operation, as a {@link Route} writes itself: {@code POST /v1/reload?confirm&name}. */
  Set<String> operations() {
    Set<String> operations = new TreeSet<>();
    root.get("paths")
        .fields()
        .forEachRemaining(
            path ->
                METHODS.stream()
                    .filter(path.getValue()::has)
                    .forEach(method -> operations.add(operation(method, path.getKey()))));
    return operations;
  }

  private String operation(String method, String path) {
    List<String> query = parameters(method, path, "query");
    return method.toUpperCase()
        + " "
        + path
        + (query.isEmpty() ? "" : "?" + String.join("&", new TreeSet<>(query)));
  }

  /**
   * @param in where they stand: path, query, header
   */
  List<String> parameters(String method, String path, String in) {
    List<String> names = new ArrayList<>();
    for (JsonNode parameter : operationNode(method, path).path("parameters")) {
      if (parameter.get("in").asText().equals(in)) {
        names.add(parameter.get("name").asText());
      }
    }
    return names;
  }

  JsonNode operationNode(String method, String path) {
    return root.get("paths").get(path).get(method.toLowerCase());
  }

  /** All that an answer has and the document has not, or the other way round; hopefully nothing. */
  List<String> complaints(String method, String path, int status, String type, JsonNode body) {
    JsonNode responses = operationNode(method, path).get("responses");
    JsonNode response = responses.path(Integer.toString(status));
    JsonNode found = resolve(response.isMissingNode() ? responses.get("default") : response);
    JsonNode content = found.path("content").path(type);
    if (content.isMissingNode()) {
      return List.of(method + " " + path + " answers " + status + " with no " + type);
    }
    return complaints(content.get("schema"), body);
  }

  /** What is wrong with a value by one of the named schemas. */
  List<String> complaints(String schema, JsonNode value) {
    return complaints(JSON.createObjectNode().put("$ref", "#/components/schemas/" + schema), value);
  }

  private List<String> complaints(JsonNode schema, JsonNode value) {
    ObjectNode whole = JSON.createObjectNode();
    whole.set("components", root.get("components"));
    whole.putArray("allOf").add(schema);
    return messages(SCHEMAS.getSchema(whole), value);
  }

  /** What is wrong with the schemas themselves, those with names and those in place. */
  List<String> complaintsOfSchemas() {
    JsonSchema meta = SCHEMAS.getSchema(SchemaLocation.of(SchemaId.V202012));
    List<JsonNode> schemas = root.findValues("schema");
    root.at("/components/schemas").forEach(schemas::add);
    return schemas.stream().flatMap(schema -> messages(meta, schema).stream()).toList();
  }

  private static List<String> messages(JsonSchema schema, JsonNode value) {
    return schema.validate(value).stream().map(Object::toString).sorted().toList();
  }

  /** What a {@code $ref} stands for. */
  JsonNode resolve(JsonNode node) {
    if (!node.has("$ref")) {
      return node;
    }
    String reference = node.get("$ref").asText();
    JsonNode target = root.at(reference.substring(1));
    if (!reference.startsWith("#/components/") || target.isMissingNode()) {
      throw new AssertionError(reference + " stands for nothing");
    }
    return target;
  }
}
