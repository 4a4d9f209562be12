import {
  ActionIcon,
  Button,
  createTheme,
  Drawer,
  localStorageColorSchemeManager,
  MantineProvider,
  Modal,
  PasswordInput,
  Select,
  TextInput,
  Tooltip,
} from '@mantine/core';
import type { ReactNode } from 'react';

const shades = Array.from({ length: 10 }, (_, i) => `var(--mantine-color-accent-${i})`);

const theme = createTheme({
  primaryColor: 'accent',
  colors: { accent: shades as unknown as [string, ...string[]] as never },
  defaultRadius: 'sm',
  cursorType: 'pointer',
  components: {
    Button: Button.extend({ defaultProps: { size: 'sm' } }),
    ActionIcon: ActionIcon.extend({ defaultProps: { variant: 'subtle', color: 'gray' } }),
    TextInput: TextInput.extend({ defaultProps: { size: 'sm' } }),
    PasswordInput: PasswordInput.extend({ defaultProps: { size: 'sm' } }),
    Select: Select.extend({ defaultProps: { size: 'sm', allowDeselect: false } }),
    // No style element may be injected under our content security policy, and the page itself never scrolls.
    Modal: Modal.extend({ defaultProps: { lockScroll: false } }),
    Drawer: Drawer.extend({ defaultProps: { lockScroll: false } }),
    Tooltip: Tooltip.extend({ defaultProps: { openDelay: 400, withArrow: true } }),
  },
});

const schemes = localStorageColorSchemeManager({ key: 'kommutator.scheme' });

/** Mantine without a line of injected CSS: everything stands in files, as the content security policy asks. */
export function DesignProvider({ children }: { readonly children: ReactNode }) {
  return (
    <MantineProvider
      theme={theme}
      defaultColorScheme="auto"
      colorSchemeManager={schemes}
      withCssVariables={false}
      withGlobalClasses={false}
    >
      {children}
    </MantineProvider>
  );
}

/** Ten shades around a brand's colour, light to dark, the sixth being the colour itself. */
export function brandShades(accent: string): readonly string[] {
  const light = [92, 82, 64, 46, 28, 12].map(share => `color-mix(in oklab, ${accent}, white ${share}%)`);
  const dark = [10, 22, 34].map(share => `color-mix(in oklab, ${accent}, black ${share}%)`);
  return [...light, accent, ...dark];
}

/** The brand's accent on the whole page; anything but a #rrggbb leaves indigo. */
export function wearBrand(accent: string): void {
  if (!/^#[0-9a-f]{6}$/i.test(accent)) return;
  const { style } = document.documentElement;
  for (const [i, shade] of brandShades(accent).entries())
    style.setProperty(`--mantine-color-accent-${i}`, shade);
}
