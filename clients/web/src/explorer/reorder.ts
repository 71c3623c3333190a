/**
 * The part of framer-motion that GraphiQL uses: tabs that can be dragged to another place.
 *
 * A single tab has no other place, so the tabs are a plain list until there are two of them. The library is
 * loaded then.
 */
import {
  createContext,
  createElement,
  forwardRef,
  useContext,
  useEffect,
  useState,
  type ComponentType,
  type HTMLAttributes,
  type Ref,
} from "react";

interface GroupProps extends HTMLAttributes<HTMLUListElement> {
  values: unknown[];
  onReorder: (values: unknown[]) => void;
  axis?: "x" | "y";
}

interface ItemProps extends HTMLAttributes<HTMLLIElement> {
  value: unknown;
}

interface Library {
  Group: ComponentType<GroupProps & { ref?: Ref<HTMLUListElement> }>;
  Item: ComponentType<ItemProps & { ref?: Ref<HTMLLIElement> }>;
}

/** The library; null until it has been loaded. */
const LoadedLibrary = createContext<Library | null>(null);

const Group = forwardRef<HTMLUListElement, GroupProps>((props, ref) => {
  const [library, setLibrary] = useState<Library | null>(null);
  const isNeeded = props.values.length > 1;
  useEffect(() => {
    if (!isNeeded || library !== null) return;
    // Without the library the tabs keep their order.
    import("framer-motion").then(
      (loaded) => setLibrary(loaded.Reorder as unknown as Library),
      () => undefined,
    );
  }, [isNeeded, library]);
  if (library !== null) {
    return createElement(
      LoadedLibrary.Provider,
      { value: library },
      createElement(library.Group, { ...props, ref }),
    );
  }
  const { values: _values, onReorder: _onReorder, axis: _axis, ...attributes } = props;
  return createElement("ul", { ...attributes, ref });
});
Group.displayName = "Reorder.Group";

const Item = forwardRef<HTMLLIElement, ItemProps>((props, ref) => {
  const library = useContext(LoadedLibrary);
  if (library !== null) return createElement(library.Item, { ...props, ref });
  const { value: _value, ...attributes } = props;
  return createElement("li", { ...attributes, ref });
});
Item.displayName = "Reorder.Item";

export const Reorder = { Group, Item };
