import { Button, Popover } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { CallKindLegend } from '../../design/index.ts';

/** «Обозначения»: the twelve icons and what they mean. */
export function Legend({
  opened,
  onChange,
}: {
  readonly opened: boolean;
  readonly onChange: (opened: boolean) => void;
}) {
  const { t } = useTranslation(['calls', 'frame']);
  return (
    <Popover opened={opened} onChange={onChange} width={330} position="bottom-start">
      <Popover.Target>
        <Button size="compact-xs" flex="none" variant="subtle" color="gray" onClick={() => onChange(!opened)}>
          {t('legend')}
        </Button>
      </Popover.Target>
      <Popover.Dropdown>
        <CallKindLegend />
      </Popover.Dropdown>
    </Popover>
  );
}
