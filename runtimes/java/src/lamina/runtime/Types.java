package lamina.runtime;

import java.lang.reflect.GenericArrayType;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.lang.reflect.TypeVariable;
import java.lang.reflect.WildcardType;
import java.util.HashMap;
import java.util.Map;

/** What type variables stand for: of a field of a generic class, of a handler's interface. */
final class Types {
    private Types() {
    }

    static Class<?> raw(Type type, Map<TypeVariable<?>, Type> known) {
        if (type instanceof Class) {
            return (Class<?>) type;
        }
        if (type instanceof ParameterizedType) {
            return raw(((ParameterizedType) type).getRawType(), known);
        }
        if (type instanceof TypeVariable) {
            return raw(resolve(type, known), known);
        }
        if (type instanceof GenericArrayType) {
            Class<?> item = raw(((GenericArrayType) type).getGenericComponentType(), known);
            return java.lang.reflect.Array.newInstance(item, 0).getClass();
        }
        return type instanceof WildcardType ? raw(((WildcardType) type).getUpperBounds()[0], known) : Object.class;
    }

    static Type resolve(Type type, Map<TypeVariable<?>, Type> known) {
        while (type instanceof TypeVariable) {
            Type meant = known.get(type);
            type = meant == null || meant == type ? ((TypeVariable<?>) type).getBounds()[0] : meant;
        }
        return type;
    }

    /** The type arguments that a type gives, and all that its superclasses and interfaces give. */
    static Map<TypeVariable<?>, Type> variables(Type type, Map<TypeVariable<?>, Type> outer) {
        Map<TypeVariable<?>, Type> known = new HashMap<>(outer);
        collect(type, known);
        return known;
    }

    static Type argument(Type type, int index, Map<TypeVariable<?>, Type> known) {
        if (!(type instanceof ParameterizedType)) {
            return Object.class;
        }
        Type[] arguments = ((ParameterizedType) type).getActualTypeArguments();
        return index < arguments.length ? resolve(arguments[index], known) : Object.class;
    }

    private static void collect(Type type, Map<TypeVariable<?>, Type> known) {
        if (type == null) {
            return;
        }
        if (type instanceof ParameterizedType) {
            Type[] arguments = ((ParameterizedType) type).getActualTypeArguments();
            TypeVariable<?>[] names = ((Class<?>) ((ParameterizedType) type).getRawType()).getTypeParameters();
            for (int i = 0; i < names.length; i++) {
                known.put(names[i], resolve(arguments[i], known));
            }
        }
        Class<?> raw = raw(type, known);
        collect(raw.getGenericSuperclass(), known);
        for (Type face : raw.getGenericInterfaces()) {
            collect(face, known);
        }
    }
}
