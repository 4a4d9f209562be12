import { Button, Menu } from '@mantine/core';
import { IconDownload } from '@tabler/icons-react';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { errorText } from '../../design/index.ts';
import { type Format, orderExport } from '../../frame/jobs.ts';
import { toast } from '../../frame/toasts.tsx';

const FORMATS: readonly Format[] = ['xls', 'xlsx', 'csv'];

/** «Скачать выгрузку» (ADM-5): a job with the filter as it stands; the bell tells when the file is there. */
export function ExportButton({
  filter,
  disabled,
}: {
  readonly filter: Readonly<Record<string, string>>;
  readonly disabled: boolean;
}) {
  const { t } = useTranslation(['calls', 'frame']);
  const client = useQueryClient();
  const [busy, setBusy] = useState(false);
  const order = async (format: Format) => {
    setBusy(true);
    try {
      await orderExport(client, format, filter);
      toast({ tone: 'good', text: t('export.ordered') });
    } catch (error) {
      toast({ tone: 'bad', text: errorText(error, t('frame:error.network'), t('frame:error.unknown')) });
    } finally {
      setBusy(false);
    }
  };
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <Button size="xs" leftSection={<IconDownload size={16} />} loading={busy} disabled={disabled}>
          {t('export.button')}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        {FORMATS.map(format => (
          <Menu.Item key={format} onClick={() => void order(format)}>
            {t(`export.${format}`)}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}
