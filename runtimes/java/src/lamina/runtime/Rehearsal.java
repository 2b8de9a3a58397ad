package lamina.runtime;

import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/** Run once when the client is built: loads what every start loads, so that it gets into the archive of shared classes. */
final class Rehearsal {
    private Rehearsal() {
    }

    public static final class Bean {
        private String name;

        public String getName() {
            return name;
        }

        public void setName(String name) {
            this.name = name;
        }
    }

    public static void main(String[] arguments) throws Exception {
        Object json = Json.parse("{\"name\":\"n\",\"list\":[1,2.5,true,null]}");
        JsonWriter.write(JsonReader.read(json, Bean.class, Collections.emptyMap()));
        JsonWriter.write(JsonReader.read(json, Map.class, Collections.emptyMap()));
        JsonWriter.write(new LinkedHashMap<>(Collections.singletonMap("a", Arrays.asList(1, "b"))));
        for (String name : new String[] {"Connection", "Connection$Response", "Main", "Handler", "Views", "Logs", "Failure", "Types", "Fault",
                "InitFailure", "Disconnected"}) {
            Class.forName("lamina.runtime." + name);
        }
        for (String name : new String[] {"java.net.URLClassLoader", "java.net.Socket", "java.lang.reflect.Proxy", "java.util.jar.JarFile"}) {
            Class.forName(name);
        }
    }
}
